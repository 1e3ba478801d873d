import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { backends } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hub-demo-test-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const table = `article,name,warehouse,stock,min,max,pack
A-1,Молоток,Магазин Ленина,1,5,10,
A-1,Молоток,Бестужевых,40,,,
A-2,Отвёртка,Магазин Ленина,0,4,8,
A-2,Отвёртка,Бестужевых,3,,,
A-2,Отвёртка,Контейнер,2,,,
A-3,Гвозди,Магазин Мира,2,10,20,6
A-4,Пила,Магазин Мира,9,5,10,
`;

/** Runs the demo over a person's own table; returns its report without the lines that hold addresses and times. */
async function demo(env: Record<string, string>) {
  const file = path.join(directory, 'stock.csv');
  await writeFile(file, table);
  const run = startHubProcess(['demo', '--once', '--port', '0', '--data', file], env);
  const code = await new Promise((resolve) => run.child.once('exit', resolve));
  const printed = run.output().replace(/^\{.*\}\n/gm, '');
  const report = printed.slice(printed.indexOf('Отчёт')).replace(/ *От запуска .*\n/g, '');
  return { code, output: printed, report };
}

describe('the demo over a table of one’s own', () => {
  it('ends with 0 and a report that counts what the sandbox holds', async () => {
    const { code, report } = await demo({});
    expect(code).toBe(0);
    expect(report).toMatch(/Потребностей \(ниже минимума\) +3\n/);
    expect(report).toMatch(/заказов на перемещение +3\n/);
    expect(report).toMatch(/заказов покупателя +2\n/);
    expect(report).toMatch(/✓ У каждой потребности ровно один документ; лишних и двойных нет\./);
  });

  it.runIf(backends().includes('redis'))('makes the same documents with Redis', async () => {
    const [postgres, redis] = [await demo({}), await demo({ REDIS_URL: inject('redisUrl') ?? '' })];
    expect(redis.code).toBe(0);
    expect(redis.output).toMatch(/очереди в Redis/);
    expect(redis.report).toBe(postgres.report);
  });

  it('names every bad line of the table and what is allowed there', async () => {
    const file = path.join(directory, 'bad.csv');
    await writeFile(file, 'article,name,warehouse,stock,min,max\nA,Молоток,Магазин,много,5,10\nB,Пила,Магазин,1,9,3\n');
    const run = startHubProcess(['demo', '--once', '--data', file], {});
    expect(await new Promise((resolve) => run.child.once('exit', resolve))).toBe(1);
    expect(run.output()).toMatch(/2/);
    expect(run.output()).toMatch(/много/);
    expect(run.output()).not.toMatch(/at .*\.ts:/);
  });
});
