/** The systems the hub talks to; also the `system` of a journal entry. */
export type OutsideSystem = '1c' | 'moysklad';

/**
 * How a try that did not succeed ended. Adapters decide it at their edge by type, HTTP status and
 * error code, never by message text; `src/workers/outcomes.ts` alone maps it to BullMQ.
 *
 * - `retry`: certainly not done, and trying again may help. Spends an attempt.
 * - `refused`: the other system, or our own check, says no. A person must act; no more tries.
 * - `unknown`: sent, answer lost. Look before trying again. Spends an attempt.
 * - `not-now`: the other system is down or its budget is spent. The whole queue waits; no attempt is spent.
 */
export type FailureOutcome = 'retry' | 'refused' | 'unknown' | 'not-now';

export interface OutcomeErrorOptions {
  /** Stable machine word in kebab-case, for example `onec-handler-exception`. Failures are grouped by it. */
  code: string;
  /** Sentence for the people who run the hub, in Russian: what happened, with which value, what to do. */
  message: string;
  system?: OutsideSystem;
  /** Milliseconds to wait at least, where the other system named a time. */
  retryAfterMs?: number;
  /** For `not-now`: true where the other system works and only wants fewer requests for `retryAfterMs`. Left out: it is down. */
  busy?: boolean;
  /** Facts for the journal: status, codes, keys. Never secrets, never bodies. */
  details?: Record<string, unknown>;
  /**
   * Whether a document of this row stands, or may stand, in the other system all the same (true), or surely does not
   * (false). Left out: as it was before this try, or surely not where this try has looked.
   */
  mayExist?: boolean;
  /**
   * For `refused`: true where one line may be what is refused, and nobody says which, so that parts of the document may
   * pass by themselves. Left out: the refusal is about the document as a whole, or names its lines.
   */
  divisible?: boolean;
  cause?: unknown;
}

/** An expected way for outside work to end. Everything else that is thrown counts as
 * `unknown` for a document, as `retry` for a scan. */
export class OutcomeError extends Error {
  readonly outcome: FailureOutcome;
  readonly code: string;
  readonly system: OutsideSystem | undefined;
  readonly retryAfterMs: number | undefined;
  readonly busy: boolean;
  readonly details: Record<string, unknown>;
  readonly mayExist: boolean | undefined;
  readonly divisible: boolean;

  constructor(outcome: FailureOutcome, options: OutcomeErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OutcomeError';
    this.outcome = outcome;
    this.code = options.code;
    this.system = options.system;
    this.retryAfterMs = options.retryAfterMs;
    this.busy = options.busy ?? false;
    this.details = options.details ?? {};
    this.mayExist = options.mayExist;
    this.divisible = options.divisible ?? false;
  }
}

export const retryLater = (options: OutcomeErrorOptions) => new OutcomeError('retry', options);
export const refused = (options: OutcomeErrorOptions) => new OutcomeError('refused', options);
export const outcomeUnknown = (options: OutcomeErrorOptions) => new OutcomeError('unknown', options);
export const notNow = (options: OutcomeErrorOptions) => new OutcomeError('not-now', options);

/** Does work on a document that stands already: an error that says nothing of that says so from then on. */
export async function whileItStands<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OutcomeError) || error.mayExist !== undefined) throw error;
    const { outcome, code, message, system, retryAfterMs, busy, details, divisible } = error;
    throw new OutcomeError(outcome, {
      ...{ code, message, busy, details, divisible, mayExist: true, cause: error },
      ...(system && { system }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
}

/** The `OutcomeError` in `error` or its chain of causes (depth-capped), if there is one. */
export function findOutcome(error: unknown): OutcomeError | undefined {
  let current = error;
  for (let depth = 0; depth < 8 && current instanceof Error; depth += 1) {
    if (current instanceof OutcomeError) return current;
    current = current.cause;
  }
  return undefined;
}
