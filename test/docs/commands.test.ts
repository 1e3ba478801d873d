import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPages } from './markdown.ts';
import { type Reader, sitDown } from './reader.ts';

const pages = await readPages();

it('every shell block of the documents is run by a test, or says why it is not', () => {
  const said = 'write ```sh runnable, or ```sh not-run="why"; the forms are in test/docs/markdown.ts';
  const unmarked = pages.flatMap(({ path, blocks, hidden }) => [
    ...blocks.filter(({ mark }) => mark === null).map(({ line }) => `${path}:${line}: ${said}`),
    ...hidden.map(({ line, text }) => `${path}:${line}: “${text}” looks like a shell block without its language`),
  ]);
  expect(unmarked).toEqual([]);
});

for (const { path, blocks } of pages) {
  const runnable = blocks.filter(({ mark }) => mark?.runnable);
  if (runnable.length === 0) continue;
  describe(path, () => {
    let reader: Reader;
    beforeAll(async () => {
      reader = await sitDown();
    });
    afterAll(() => reader?.leave());

    for (const block of runnable) {
      const [first = ''] = block.text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
      const named = first.trim().replace(/\s+#.*$/, '');
      it(`${path}:${block.line} works as written: ${named}`, () => reader.follow(block), 240_000);
    }
  });
}
