/** The address cannot be had; the message says why and what to do. */
export class CannotListen extends Error {
  readonly code: string | undefined;
  constructor(message: string, cause: NodeJS.ErrnoException) {
    super(message, { cause });
    this.name = 'CannotListen';
    this.code = cause.code;
  }
}
