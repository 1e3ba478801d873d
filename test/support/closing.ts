import { afterEach } from 'vitest';

/** Takes what a test opened and closes it after that test, the last opened first. */
export function closeAfterEach(): (close: () => unknown) => void {
  let closing: (() => unknown)[] = [];
  afterEach(async () => {
    const all = closing.reverse();
    closing = [];
    for (const close of all) await close();
  });
  return (close) => void closing.push(close);
}
