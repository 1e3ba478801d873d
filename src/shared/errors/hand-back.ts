/**
 * Work that was not done and cost nothing: another process holds the row, or this one is stopping. The job goes
 * back to its queue without spending an attempt.
 */
export class HandBack extends Error {
  readonly delayMs: number;
  readonly reason: 'busy' | 'stopping';
  constructor(reason: 'busy' | 'stopping', delayMs: number) {
    super(reason === 'busy' ? 'Another process works for this row' : 'The worker is stopping');
    this.name = 'HandBack';
    this.reason = reason;
    this.delayMs = delayMs;
  }
}

/** Thrown by an attempt whose row has come to rest without success: no more tries, a person must act. */
export class AtRest extends Error {
  readonly code: string;
  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'AtRest';
    this.code = code;
  }
}
