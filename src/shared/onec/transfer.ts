import type { Clock } from '../clock/clock.ts';
import { findOutcome, OutcomeError, outcomeUnknown } from '../errors/outcome.ts';
import type { Log } from '../log/log.ts';
import type { LocalDates } from './dates.ts';
import { EXISTS, NOT_FOUND, refusedBy1C } from './errors.ts';
import type { OneCHttp } from './http.ts';
import { address, entity } from './odata.ts';
import type { CallOptions, MadeDocument, MakeOptions, TransferCommand, TransferState } from './port.ts';
import type { Shapes } from './shapes.ts';
import { requireSendable } from './transfer-check.ts';
import { changedHeader, requireSame } from './transfer-compare.ts';
import {
  commentOf,
  markerOf,
  TRANSFERS,
  type TransferDefaults,
  type TransferReader,
  transferBody,
} from './transfer-document.ts';

interface Deps {
  http: OneCHttp;
  reader: TransferReader;
  shapes: Pick<Shapes, 'current'>;
  defaultsFor: (route: TransferCommand, options?: CallOptions) => Promise<TransferDefaults>;
  requireReferences: (command: TransferCommand, options?: CallOptions) => Promise<void>;
  dates: LocalDates;
  clock: Clock;
  log: Log;
}

/** Stands at the end of the comment of a draft that the hub itself marked for deletion, so that it may take the mark off again. */
const WITHDRAWN = '[хаб: не проведён, снят]';

/** Makes transfer orders: look, send, post, compare. See `OneC.makeTransfer` for the contract. */
export function createTransferMaker({ http, reader, shapes, defaultsFor, requireReferences, dates, clock, log }: Deps) {
  const post = (key: string, options: CallOptions) =>
    http.send(
      'POST',
      TRANSFERS,
      address(`${entity(TRANSFERS, key)}/Post`, {}, { PostingModeOperational: 'false' }),
      undefined,
      options,
    );
  const patch = (key: string, body: Record<string, unknown>, options: CallOptions) =>
    http.send('PATCH', TRANSFERS, address(entity(TRANSFERS, key)), body, options);

  async function look(command: TransferCommand, options: CallOptions): Promise<TransferState | null> {
    const held = await reader.byKey(command.key, options);
    if (held) return held;
    const marked = await reader.byMarker(command.outboxId, clock.now(), options);
    if (marked.length > 1) {
      const numbers = marked.map(({ number, key }) => number || key).join(', ');
      throw refusedBy1C({
        code: 'onec-doubled-document',
        message: `В 1С несколько документов с меткой ${markerOf(command.outboxId)}: ${numbers}. Оставьте один, остальные пометьте на удаление.`,
        mayExist: true,
        details: { keys: marked.map(({ key }) => key) },
      });
    }
    return marked[0] ?? null;
  }

  /** The document after POST; `found` when another try had been faster. */
  async function create(
    command: TransferCommand,
    options: CallOptions,
  ): Promise<{ state: TransferState; found: boolean }> {
    const shape = await shapes.current(options);
    await requireReferences(command, options);
    const body = transferBody(command, await defaultsFor(command, options), { dates, now: clock.now(), shape });
    let answer: unknown;
    try {
      answer = await http.send('POST', TRANSFERS, address(TRANSFERS), body, options);
    } catch (error) {
      if (!(error instanceof OutcomeError && error.outcome === 'refused')) throw error;
      // Which answer a key that exists gets is not documented (facts §2.4), so every no is looked behind.
      const state = await sinceSent(() => reader.byKey(command.key, options));
      if (state) return { state, found: true };
      if (error.code === EXISTS) {
        throw refusedBy1C({
          code: EXISTS,
          message: `1С говорит, что документ ${command.key} уже есть, но не показывает его: проверьте права пользователя на чтение.`,
          mayExist: true,
          details: error.details,
          cause: error,
        });
      }
      throw error;
    }
    const state = await sinceSent(() => stateFrom(answer, command, options));
    if (isObject(answer)) noteHeader(command, state, changedHeader(body, answer));
    if (state.key !== command.key) {
      throw refusedBy1C({
        code: 'onec-foreign-key',
        message: `1С записала документ ${state.number} под своим ключом ${state.key} вместо ${command.key}. Он не проведён; повторите строку, и хаб продолжит с ним.`,
        mayExist: true,
        details: { sent: command.key, answered: state.key, number: state.number },
      });
    }
    return { state, found: false };
  }

  /** What 1C wrote. An answer without the document in it (a 204, a proxy's own 201) sends us to read it. */
  async function stateFrom(answer: unknown, command: TransferCommand, options: CallOptions): Promise<TransferState> {
    if (isObject(answer)) return reader.fromAnswer(answer);
    const state = await reader.byKey(command.key, options);
    if (state) return state;
    throw outcomeUnknown({
      code: 'onec-answer-lost',
      system: '1c',
      message: `1С приняла документ ${command.key}, но в ответе его нет и по ключу он не находится: хаб поищет его по метке.`,
      details: { key: command.key },
    });
  }

  /** Stands in the log, for a base whose own code changes what is sent; goods and warehouses are compared strictly elsewhere. */
  function noteHeader({ outboxId }: TransferCommand, { key, number }: TransferState, properties: string[]): void {
    if (properties.length > 0) log.warn({ event: 'onec.header-changed', outboxId, key, number, properties });
  }

  async function postOrWithdraw(command: TransferCommand, state: TransferState, options: CallOptions): Promise<void> {
    try {
      await post(state.key, options);
    } catch (error) {
      if (error instanceof OutcomeError && error.outcome === 'refused' && error.code !== NOT_FOUND)
        throw await withdraw(command, state, error, options);
      throw error;
    }
  }

  /** Marks a draft for deletion, as far as that works, and hands back the refusal with what became of the draft. */
  async function withdraw(command: TransferCommand, state: TransferState, because: OutcomeError, options: CallOptions) {
    const facts = { ...because.details, key: state.key, number: state.number };
    const { code, message, divisible } = because;
    try {
      const comment = `${commentOf(command)} ${WITHDRAWN}`;
      await patch(state.key, { DeletionMark: true, Комментарий: comment }, options);
      return refusedBy1C({
        code,
        message,
        details: { ...facts, withdrawn: true },
        mayExist: false,
        divisible,
        cause: because,
      });
    } catch (error) {
      const reason = findOutcome(error)?.code;
      log.warn({
        event: 'onec.draft-left',
        outboxId: command.outboxId,
        key: state.key,
        number: state.number,
        code: reason,
      });
      return refusedBy1C({
        code,
        message: `${message} Непроведённый документ ${state.number || state.key} остался в 1С: пометить его на удаление не удалось.`,
        details: { ...facts, withdrawn: false },
        mayExist: true,
        cause: because,
      });
    }
  }

  /** Takes off a deletion mark of our own; a person's mark is a person's decision. */
  async function restore(command: TransferCommand, state: TransferState, options: CallOptions): Promise<void> {
    if (!state.comment.endsWith(WITHDRAWN)) {
      throw refusedBy1C({
        code: 'onec-marked-for-deletion',
        message: `Документ ${state.number || state.key} в 1С помечен на удаление не хабом. Снимите пометку и повторите, создайте документ заново или отмените строку.`,
        mayExist: false,
        details: { key: state.key, number: state.number },
      });
    }
    await patch(state.key, { DeletionMark: false, Комментарий: commentOf(command) }, options);
  }

  return async (command: TransferCommand, make: MakeOptions): Promise<MadeDocument> => {
    const { lookFirst, onStep = () => {}, ...options } = make;
    requireSendable(command);
    let state = lookFirst ? await look(command, options) : null;
    if (lookFirst) await onStep('looked');
    let found = state !== null;
    if (!state) {
      ({ state, found } = await create(command, options));
      if (!found) await onStep('sent');
    }

    const held = state;
    try {
      requireSame(command, held);
    } catch (error) {
      // Our own POST a moment ago: nobody else has seen this draft, so it need not stay.
      if (!found && error instanceof OutcomeError) throw await withdraw(command, held, error, options);
      throw error;
    }
    if (held.deletionMark) await sinceSent(() => restore(command, held, options));
    if (command.posting === 'post' && !held.posted) {
      await sinceSent(() => postOrWithdraw(command, held, options));
      await onStep('posted');
    }

    const made = await sinceSent(() => reader.byKey(held.key, options));
    requireMade(command, held, made);
    await onStep('compared');
    return { key: made.key, number: made.number, url: null, posted: made.posted, found };
  };
}

const isObject = (answer: unknown): answer is Record<string, unknown> =>
  typeof answer === 'object' && answer !== null && 'Ref_Key' in answer;

function requireMade(
  command: TransferCommand,
  sent: TransferState,
  made: TransferState | null,
): asserts made is TransferState {
  const named = sent.number || sent.key;
  const details = { key: sent.key, number: sent.number };
  if (!made) {
    throw outcomeUnknown({
      code: 'onec-document-vanished',
      system: '1c',
      message: `Документ ${named} был в 1С, а теперь его там нет: его кто-то удалил или он скрыт правами.`,
      details,
    });
  }
  requireSame(command, made);
  if (command.posting === 'post' && !made.posted) {
    throw refusedBy1C({
      code: 'onec-not-posted',
      message: `1С приняла проведение документа ${named}, но он остался непроведённым. Проведите его в 1С и повторите строку.`,
      mayExist: true,
      details,
    });
  }
}

/**
 * The document is in 1C by now, or may be: whatever stops the work after that must not read as "nothing was done".
 */
async function sinceSent<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const known = findOutcome(error);
    if (!known || known.outcome === 'refused' || known.outcome === 'unknown') throw error;
    throw outcomeUnknown({
      code: known.code,
      system: '1c',
      message: `${known.message} Документ в 1С уже может быть: хаб сначала посмотрит.`,
      details: known.details,
      cause: known,
      ...(known.retryAfterMs !== undefined && { retryAfterMs: known.retryAfterMs }),
    });
  }
}
