import { notNow, OutcomeError, type OutcomeErrorOptions, outcomeUnknown, refused } from '../errors/outcome.ts';
import { type ODataError, readODataError } from './odata-error.ts';
import { howToPublish } from './publication-path.ts';

/** What was asked of 1C, as far as an error message needs it. */
export interface Asked {
  /** A write that was sent may have happened whatever came back. */
  kind: 'read' | 'write';
  /** Entity set, for example `Catalog_Склады`. */
  object: string;
  /** Host of the publication, for messages. */
  host: string;
}

export interface Answer {
  status: number;
  body: string;
  retryAfterMs?: number;
  /** Address a redirect points to. */
  location?: string;
}

/** 404 code 9: there is no such object. */
export const NOT_FOUND = 'onec-not-found';
/** A web server, not the base: nothing of OData is there; or it takes offence at this very address. */
export const WRONG_URL = 'onec-wrong-url';
/** Code 15: an object with this key is there already. */
export const EXISTS = 'onec-exists';

/** Of a server that asks for patience and names no time. */
const BUSY_PAUSE_MS = 5_000;

type Said = Omit<OutcomeErrorOptions, 'system' | 'details'>;

/** Decides what an answer other than 2xx means, by status and by 1C's own error code (facts §2.7), never by its text. */
export function answerError(asked: Asked, answer: Answer): OutcomeError {
  const said = readODataError(answer.body);
  const details = {
    object: asked.object,
    status: answer.status,
    ...(said && { odataCode: said.code, said: said.sentence }),
  };
  const { outcome, ...options } = said ? fromBase(asked, answer, said) : fromOutsideBase(asked, answer);
  return new OutcomeError(outcome, { ...options, system: '1c', details });
}

type Verdict = Said & { outcome: OutcomeError['outcome'] };

/** The base itself answered. */
function fromBase(asked: Asked, { status, retryAfterMs }: Answer, { code, sentence }: ODataError): Verdict {
  const said = `1С ответила: «${sentence}» (HTTP ${status}, код ${code}, объект ${asked.object})`;
  if (code === 20) {
    return {
      outcome: asked.kind === 'read' ? 'not-now' : 'refused',
      code: 'onec-no-rights',
      message: `У пользователя 1С нет прав на ${asked.object}. ${said}. Дайте ему права на чтение${
        asked.kind === 'read' ? '' : ', запись и проведение'
      } этого объекта без ограничения на уровне записей.`,
    };
  }
  if (status === 401) return credentials();
  if (code === 8) return notPublished(asked.object);
  if (code === 9 && status === 404)
    return { outcome: 'refused', code: NOT_FOUND, message: `Объект не найден. ${said}.` };
  if (code === 15) return { outcome: 'refused', code: EXISTS, message: `Объект с таким ключом уже есть. ${said}.` };
  if (status === 500 && code === -1) {
    return {
      outcome: 'refused',
      code: 'onec-business-refusal',
      message: `1С отказала: «${sentence}»`,
      // Mostly one line's stock; which one, only the text tells.
      divisible: asked.kind === 'write',
    };
  }
  if (status === 406) return session();
  if (status === 429) return { ...busy(retryAfterMs), message: `1С просит подождать. ${said}.` };
  if (status === 408 || status >= 500) return lost(asked, `1С не справилась с запросом. ${said}`);
  return { outcome: 'refused', code: 'onec-bad-request', message: `1С не поняла запрос хаба. ${said}.` };
}

/** A web server, a proxy or the licence check answered in the base's place. */
function fromOutsideBase(asked: Asked, { status, retryAfterMs, location }: Answer): Verdict {
  if (status === 401) return credentials();
  if (status === 403) {
    return {
      outcome: 'not-now',
      code: 'onec-forbidden',
      message: `Веб-сервер ${asked.host} не пускает к публикации 1С (HTTP 403). Проверьте его настройки доступа.`,
    };
  }
  if (status === 404 || (status >= 300 && status < 400)) {
    return {
      outcome: 'not-now',
      code: WRONG_URL,
      message:
        `По адресу API_1C_URL (${asked.host}) нет публикации OData: веб-сервер ответил HTTP ${status}` +
        `${location ? ` и отправил на ${location}` : ''} при обращении к ${asked.object}. Проверьте адрес: он кончается на /odata/standard.odata.`,
    };
  }
  if (status === 406) return session();
  if (status === 429) return busy(retryAfterMs);
  // A web server that has no place for the request says so before it hands the request on; but a proxy also says so when
  // the server it had handed the request to did not come back.
  if (status === 503) {
    return {
      outcome: 'not-now',
      code: 'onec-down',
      message: `1С на ${asked.host} сейчас недоступна (HTTP 503): обслуживание, блокировка базы или нет свободной лицензии.`,
      ...(asked.kind === 'write' && { mayExist: true }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }
  if ([408, 499, 504].includes(status))
    return lost(asked, `1С на ${asked.host} не ответила вовремя (HTTP ${status})`, 'onec-timeout');
  if (status >= 500) return lost(asked, `Сервер 1С ${asked.host} ответил ошибкой (HTTP ${status}) без пояснения`);
  return {
    outcome: 'refused',
    code: 'onec-bad-request',
    message: `Веб-сервер ${asked.host} не принял запрос хаба к ${asked.object} (HTTP ${status}).`,
  };
}

const credentials = (): Verdict => ({
  outcome: 'not-now',
  code: 'onec-credentials',
  message: '1С не приняла имя или пароль. Проверьте API_1C_USER и API_1C_PASSWORD и что пользователю разрешён вход.',
});

const session = (): Verdict => ({
  outcome: 'not-now',
  code: 'onec-session',
  message:
    '1С не смогла открыть сеанс (HTTP 406). Обычно это проходит само; если нет, проверьте пул сеансов публикации.',
});

const busy = (retryAfterMs: number | undefined): Verdict => ({
  outcome: 'not-now',
  code: 'onec-busy',
  message: 'Сервер 1С просит подождать (HTTP 429).',
  busy: true,
  retryAfterMs: retryAfterMs ?? BUSY_PAUSE_MS,
});

function notPublished(object: string): Verdict {
  return {
    outcome: 'not-now',
    code: 'onec-not-published',
    message: `Объект ${object} не опубликован в OData. ${howToPublish([object])}`,
  };
}

/** An answer that does not tell whether the request was carried out: a read is asked again, a write must be looked up. */
function lost(asked: Asked, what: string, code = 'onec-down'): Verdict {
  return asked.kind === 'read'
    ? { outcome: 'not-now', code, message: `${what}.` }
    : {
        outcome: 'unknown',
        code: code === 'onec-timeout' ? code : 'onec-answer-lost',
        message: `${what}. Записала ли она документ, неизвестно: хаб сначала посмотрит.`,
      };
}

/** Codes with which nothing of the request can have reached 1C. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'EHOSTDOWN']);
const CERTIFICATE = /^(CERT_|ERR_TLS_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_)/;
/** Phases of `got` before the first byte of the request. */
const BEFORE_SENDING = new Set(['lookup', 'connect', 'secureConnect']);

/** What a request that got no whole answer means. `phase` is the timer of `got` that ran out, if one did. */
export function networkError(asked: Asked, error: { code?: string; phase?: string; cause: unknown }): OutcomeError {
  const details = { object: asked.object, networkCode: error.code, ...(error.phase && { phase: error.phase }) };
  const common = { system: '1c', details, cause: error.cause } as const;
  if (error.code && CERTIFICATE.test(error.code)) {
    return notNow({
      ...common,
      code: 'onec-certificate',
      message: `Сертификат сервера 1С ${asked.host} не принят (${error.code}). Добавьте его через NODE_EXTRA_CA_CERTS или замените.`,
    });
  }
  const timedOut = error.phase !== undefined;
  if ((error.code && NEVER_SENT.has(error.code)) || (timedOut && BEFORE_SENDING.has(error.phase!))) {
    return notNow({
      ...common,
      code: 'onec-down',
      message: `Сервер 1С ${asked.host} недоступен (${error.code ?? error.phase}). Проверьте, что он включён, и адрес API_1C_URL.`,
    });
  }
  const what = timedOut
    ? `1С на ${asked.host} не ответила вовремя (${asked.object})`
    : `Связь с 1С ${asked.host} оборвалась (${error.code ?? 'без кода'}, ${asked.object})`;
  const { outcome, ...said } = lost(asked, what, timedOut ? 'onec-timeout' : 'onec-down');
  return new OutcomeError(outcome, { ...said, ...common });
}

/** The caller's signal stopped the work. After a write was sent nobody knows how it ended. */
export function interruptedError(asked: Pick<Asked, 'kind' | 'object'>, sent: boolean, cause: unknown): OutcomeError {
  const options = { code: 'onec-interrupted', system: '1c', details: { object: asked.object }, cause } as const;
  return sent && asked.kind === 'write'
    ? outcomeUnknown({ ...options, message: 'Запись в 1С прервана остановкой хаба: дошла ли она, неизвестно.' })
    : notNow({ ...options, message: 'Запрос к 1С прерван остановкой хаба.' });
}

/** 2xx with a body that is not the JSON asked for: a login page, a proxy's greeting, an answer cut short. */
export function unreadableError(asked: Asked, status: number, cause?: unknown): OutcomeError {
  const message = `Вместо данных ${asked.object} с ${asked.host} пришло не то (HTTP ${status}, не JSON)`;
  const options = { system: '1c', details: { object: asked.object, status }, cause } as const;
  return asked.kind === 'read'
    ? notNow({ ...options, code: 'onec-bad-answer', message: `${message}. Проверьте API_1C_URL и прокси.` })
    : outcomeUnknown({
        ...options,
        code: 'onec-answer-lost',
        message: `${message}. Записан ли документ, неизвестно: хаб сначала посмотрит.`,
      });
}

export const refusedBy1C = (options: Omit<OutcomeErrorOptions, 'system'>) => refused({ ...options, system: '1c' });
