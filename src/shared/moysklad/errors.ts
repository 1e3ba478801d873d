import { type FailureOutcome, OutcomeError } from '../errors/outcome.ts';
import { type ApiErrors, readErrors } from './answers.ts';
import type { Told } from './budget.ts';

/** What was being done, for the message and for the verdict: a write whose answer is lost is `unknown`. */
export interface Asked {
  kind: 'read' | 'write';
  /** Path without query: no values of ours in it. */
  path: string;
  /** An array was sent, and may be answered by one. */
  array?: boolean;
}

export interface BadAnswer {
  status: number;
  text: string;
  /** Lower-case names. */
  headers: Record<string, string | string[] | undefined>;
}

interface Verdict {
  outcome: FailureOutcome;
  code: string;
  message: string;
  retryAfterMs?: number;
  mayExist?: true;
  busy?: true;
}

export const CREDENTIALS_CODE = 'moysklad-credentials';
/** Nothing but a person cures these; asking more often than this would only look like an attack. */
export const CONFIGURATION_PAUSE_MS = 60_000;

const CREDENTIALS = new Set([1048, 1056, 1061, 1085]);
const RIGHTS = new Set([1016, 1017, 1018, 1045, 1075, 1092]);
const TARIFF = new Set([1043, 1068, 1070]);
/** Busy, internal error, took too long: with a write nobody knows whether it was done. */
const BUSY = new Set([1036, 1083, 1088, 1095]);
/** Unknown path, unknown type, API version, old domain: the address is wrong, for every document alike. */
const ADDRESS = new Set([1002, 1005, 1015, 1998]);
/** Given up on before it was over, by МойСклад or by a proxy; whether the request was carried out is not said. */
const GIVEN_UP = new Set([408, 425, 499]);
const MAINTENANCE = 1074;
const PARALLEL = 1073;
const CHANGED_MEANWHILE = 1065;

const wait = (code: string, message: string, retryAfterMs?: number): Verdict => ({
  outcome: 'not-now',
  code,
  message,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

/** A number of МойСклад's own headers, whose times are milliseconds, not seconds. */
export function numberOf(headers: BadAnswer['headers'], name: string): number | undefined {
  const value = Number(headers[name]);
  return headers[name] !== undefined && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** What only a person can put right in the settings; nothing was sent. */
export const configurationError = (message: string): OutcomeError =>
  new OutcomeError('not-now', {
    code: 'moysklad-configuration',
    message,
    system: 'moysklad',
    retryAfterMs: CONFIGURATION_PAUSE_MS,
  });

/** Classifies an answer that is not 2xx by status and code, never by its text. */
export function answerError(asked: Asked, answer: BadAnswer): OutcomeError {
  const errors = readErrors(answer.text);
  const codes = errors.flatMap(({ code }) => (code === undefined ? [] : [code]));
  const verdict = judge(asked, answer, errors, codes);
  return new OutcomeError(verdict.outcome, {
    ...verdict,
    system: 'moysklad',
    details: {
      status: answer.status,
      codes,
      path: asked.path,
      ...(errors[0]?.parameter !== undefined && { parameter: errors[0].parameter }),
    },
  });
}

/** The refusal of one element of an array; its status is the array's, and says nothing of this one. */
export function elementError(path: string, errors: ApiErrors): OutcomeError {
  return answerError({ kind: 'write', path }, { status: 412, text: JSON.stringify({ errors }), headers: {} });
}

function judge(asked: Asked, answer: BadAnswer, errors: ApiErrors, codes: number[]): Verdict {
  const { status } = answer;
  const any = (set: Set<number>) => codes.some((code) => set.has(code));
  const said = sentence(status, errors);
  if (status === 401 || any(CREDENTIALS)) {
    return wait(
      CREDENTIALS_CODE,
      `МойСклад не узнал хаб. Исправьте MOYSKLAD_TOKEN (или MOYSKLAD_LOGIN и MOYSKLAD_PASSWORD) и перезапустите. ${said}`,
      CONFIGURATION_PAUSE_MS,
    );
  }
  if (status === 429) return tooMany(answer);
  if (any(TARIFF)) return wait('moysklad-tariff', `Тариф МойСклад не позволяет этого. ${said}`, CONFIGURATION_PAUSE_MS);
  if (status === 403 || any(RIGHTS)) {
    const message = `У пользователя МойСклад не хватает прав, или доступ к API отключён. Дайте права или замените MOYSKLAD_TOKEN. ${said}`;
    return wait('moysklad-rights', message, CONFIGURATION_PAUSE_MS);
  }
  if (codes.includes(MAINTENANCE)) {
    // It may have begun while the write was under way: everybody waits, and who wrote looks first.
    const begunWithin = asked.kind === 'write' && ({ mayExist: true } as const);
    return { ...wait('moysklad-maintenance', `МойСклад на обслуживании. ${said}`), ...begunWithin };
  }
  if (status >= 500 || GIVEN_UP.has(status) || any(BUSY)) return brokenServer(asked, status, said);
  const nobodyHome = codes.length === 0 && [404, 410, 415].includes(status);
  if ((status >= 300 && status < 400) || nobodyHome || any(ADDRESS)) {
    const message = `По адресу из MOYSKLAD_URL отвечает не API МойСклад 1.2, или ответ меняет посредник. Проверьте MOYSKLAD_URL. ${said}`;
    return wait('moysklad-configuration', message, CONFIGURATION_PAUSE_MS);
  }
  if (codes.includes(CHANGED_MEANWHILE)) {
    return { outcome: 'retry', code: 'moysklad-1065', message: `Объект меняют одновременно с хабом. ${said}` };
  }
  const code = codes.length > 0 ? `moysklad-${codes[0]}` : `moysklad-http-${status}`;
  return { outcome: 'refused', code, message: `МойСклад отказал. ${said}` };
}

function tooMany(answer: BadAnswer): Verdict {
  // 1073 names no useful time: fewer at once is the cure, a second is enough.
  if (isParallelLimit(answer)) {
    const message = 'МойСклад: слишком много одновременных запросов (код 1073).';
    return { ...wait('moysklad-parallel', message, 1000), busy: true };
  }
  const message = 'МойСклад: слишком много запросов за 3 секунды (код 1049).';
  return { ...wait('moysklad-rate', message, waitOf(answer)), busy: true };
}

/** 429 for too many at once (code 1073), not for too many in the window (1049). */
export function isParallelLimit({ text, headers }: BadAnswer): boolean {
  return headers['x-lognex-auth'] === '429005' || readErrors(text).some(({ code }) => code === PARALLEL);
}

/** How long МойСклад asks to send nothing, in milliseconds; 0: it does not. */
export function waitOf({ status, headers }: Pick<BadAnswer, 'status' | 'headers'>): number {
  const named = numberOf(headers, 'x-lognex-retry-after') || numberOf(headers, 'x-lognex-reset') || 0;
  if (named > 0 || status !== 429) return named;
  return numberOf(headers, 'x-lognex-retry-timeinterval') || 3000;
}

/** What an answer says of the window; one that refused for the window's sake is obeyed by itself. */
export function toldOf(answer: Pick<BadAnswer, 'status' | 'headers'>): Told {
  const limit = numberOf(answer.headers, 'x-ratelimit-limit');
  const remaining = numberOf(answer.headers, 'x-ratelimit-remaining');
  const known = limit !== undefined && remaining !== undefined && limit > 0 && remaining <= limit;
  return {
    ...(known && { left: remaining / limit }),
    waitMs: answer.status === 429 ? 0 : waitOf(answer),
  };
}

const ID = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/gi;

/** What makes two failures the same: МойСклад counts identical ones. */
export function signatureOf(asked: Asked, { status, text }: Pick<BadAnswer, 'status' | 'text'>): string {
  const code = readErrors(text)[0]?.code;
  return `${asked.kind} ${asked.path.replaceAll(ID, '*')} ${status}${code === undefined ? '' : ` ${code}`}`;
}

function brokenServer(asked: Asked, status: number, said: string): Verdict {
  if (asked.kind === 'write') {
    const message = `МойСклад ответил ошибкой, и неизвестно, создан ли документ. ${said}`;
    return { outcome: 'unknown', code: 'moysklad-server-error', message };
  }
  // A bare 500 may be about this very request; 502, 503 and 504 are about the house.
  if (status === 500)
    return { outcome: 'retry', code: 'moysklad-server-error', message: `МойСклад ответил ошибкой. ${said}` };
  return wait('moysklad-down', `МойСклад не работает. ${said}`);
}

/** МойСклад's own words, up to three errors of them. */
function sentence(status: number, errors: ApiErrors): string {
  if (errors.length === 0) return `Ответ: HTTP ${status} без пояснения.`;
  const shown = errors.slice(0, 3).map(({ error, code, parameter }) => {
    const marks = [
      ...(code === undefined ? [] : [`код ${code}`]),
      ...(parameter === undefined ? [] : [`поле «${parameter}»`]),
    ];
    return `«${error.slice(0, 300)}»${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`;
  });
  return `Ответ: HTTP ${status}, ${shown.join('; ')}.`;
}

/** Phases in which nothing of the request has left us. */
const BEFORE_SENDING = new Set(['lookup', 'socket', 'connect', 'secureConnect']);
const NEVER_CONNECTED = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN'],
  ...['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ...['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
]);

/** No answer at all. `phase` is got's name of what timed out. */
export function networkError(asked: Asked, failure: { code?: string; phase?: string; cause: unknown }): OutcomeError {
  const sent = !(NEVER_CONNECTED.has(failure.code ?? '') || BEFORE_SENDING.has(failure.phase ?? ''));
  const unknown = sent && asked.kind === 'write';
  return new OutcomeError(unknown ? 'unknown' : 'not-now', {
    code: unknown ? 'moysklad-answer-lost' : 'moysklad-unreachable',
    message: unknown
      ? `Запрос ушёл в МойСклад, но ответ не пришёл (${failure.code ?? 'нет связи'}): неизвестно, создан ли документ.`
      : `МойСклад не отвечает (${failure.code ?? 'нет связи'}). Проверьте сеть и MOYSKLAD_URL, если это не проходит.`,
    system: 'moysklad',
    details: { networkCode: failure.code ?? null, phase: failure.phase ?? null, path: asked.path },
    cause: failure.cause,
  });
}

/** 2xx that cannot be read: the write may well have been done. */
export function unreadableError(asked: Asked, status: number, cause: unknown): OutcomeError {
  return new OutcomeError(asked.kind === 'write' ? 'unknown' : 'not-now', {
    code: 'moysklad-unreadable',
    message: `Ответ МойСклад (HTTP ${status}) не разобрать: это не JSON ожидаемого вида. Проверьте MOYSKLAD_URL и посредников.`,
    system: 'moysklad',
    details: { status, path: asked.path },
    cause,
  });
}

/** The caller's signal ended it. */
export function interruptedError(asked: Asked, sent: boolean, cause: unknown): OutcomeError {
  const unknown = sent && asked.kind === 'write';
  return new OutcomeError(unknown ? 'unknown' : 'retry', {
    code: 'moysklad-interrupted',
    message: unknown
      ? 'Работа прервана, когда запрос уже ушёл в МойСклад: неизвестно, создан ли документ.'
      : 'Работа прервана до отправки в МойСклад.',
    system: 'moysklad',
    details: { path: asked.path },
    cause,
  });
}
