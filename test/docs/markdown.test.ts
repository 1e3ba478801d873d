import { describe, expect, it } from 'vitest';
import { readPage } from './markdown.ts';

const marks = (markdown: string) => readPage('page.md', markdown).blocks.map(({ mark }) => mark);
const block = (info: string, text = 'true') => `\`\`\`${info}\n${text}\n\`\`\`\n`;

describe('a page taken apart', () => {
  it('gives every shell block, by any of its names, with the line of its first command', () => {
    const page = readPage('page.md', `# T\n\n${['sh', 'bash', 'console'].map((name) => block(name)).join('\n')}`);
    expect(page.blocks).toEqual([4, 8, 12].map((line) => ({ line, text: 'true', mark: null })));
  });

  it('knows the four forms of a mark and takes nothing else for one', () => {
    expect(marks(block('sh runnable'))).toEqual([{ runnable: true, withHub: false, until: null }]);
    expect(marks(block('sh runnable with="hub"'))).toEqual([{ runnable: true, withHub: true, until: null }]);
    expect(marks(block('sh runnable until="Ctrl-C"'))).toEqual([{ runnable: true, withHub: false, until: 'Ctrl-C' }]);
    expect(marks(block('sh not-run="needs a cluster"'))).toEqual([{ runnable: false, reason: 'needs a cluster' }]);
    const wrong = ['runable', 'runnable fast', 'runnable until=x', 'not-run', 'not-run=""', 'not-run="no"'];
    expect(marks(wrong.map((words) => block(`sh ${words}`)).join('\n'))).toEqual(wrong.map(() => null));
  });

  it('finds a shell block that has no language, and lets drawings and other languages be', () => {
    const page = readPage('page.md', [block('', 'npm run demo'), block('', 'a ──► b'), block('json', '{}')].join('\n'));
    expect(page.hidden).toEqual([{ line: 2, text: 'npm run demo' }]);
    expect(page.blocks).toEqual([]);
  });

  it('refuses a block without an end: what follows would be hidden', () => {
    expect(() => readPage('page.md', '```sh runnable\ntrue\n')).toThrow('page.md:1: this block has no end');
  });

  it('keeps a longer fence’s inner fence, and takes no code and no link from inside of a block', () => {
    const page = readPage('page.md', '````sh runnable\ncat <<END\n```\n`x` [y](z)\n```\nEND\n````\n');
    expect(page.blocks[0]?.text).toBe('cat <<END\n```\n`x` [y](z)\n```\nEND');
    expect([page.codes, page.links]).toEqual([[], []]);
  });

  it('gives inline code, links, pictures and the headings’ anchors', () => {
    const page = readPage(
      'page.md',
      '## A `b`: «c», d\n\nSee `npm test`, [x](a.md#b) and [![p](p.png)](q.md).\n## A b c d\n',
    );
    expect(page.codes.map(({ line, text }) => [line, text])).toEqual([
      [1, 'b'],
      [3, 'npm test'],
    ]);
    expect(page.links.map(({ text }) => text)).toEqual(['a.md#b', 'p.png', 'q.md']);
    expect([...page.anchors]).toEqual(['a-b-c-d', 'a-b-c-d-1']);
  });
});
