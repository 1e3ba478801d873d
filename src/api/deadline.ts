/** Thrown by `within` when the time is up. */
export class TooSlow extends Error {
  readonly deadlineMs: number;
  constructor(deadlineMs: number) {
    super(`No answer within ${deadlineMs} ms`);
    this.name = 'TooSlow';
    this.deadlineMs = deadlineMs;
  }
}

/** What `work` gives, or `TooSlow` after `deadlineMs`. The work goes on unseen; a late failure of it harms nobody. */
export async function within<T>(deadlineMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooSlow(deadlineMs)), deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
