import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/cli/scan/text-width.ts';
import { createFleet } from '../../src/workers/fleet.ts';
import { backends, startHub, type TestHub, until } from '../support/hub.ts';
import { type HubProcess, startHubProcess } from '../support/process.ts';
import { smallDataset } from '../support/small-dataset.ts';

let hub: TestHub | undefined;
let processes: HubProcess[] = [];
afterEach(async () => {
  await Promise.all(processes.map((one) => one.end('SIGKILL')));
  processes = [];
  await hub?.close();
  hub = undefined;
});

/** `hub scan …` as a process of its own: its exit code and what it printed, by stream. */
async function scan(args: string[], env: Record<string, string>) {
  const started = startHubProcess(['scan', ...args], env);
  processes.push(started);
  const printed = { out: '', err: '' };
  started.child.stdout?.on('data', (data: Buffer) => {
    printed.out += data.toString();
  });
  started.child.stderr?.on('data', (data: Buffer) => {
    printed.err += data.toString();
  });
  const [code] = (await once(started.child, 'close')) as [number];
  return { code, ...printed };
}

const longNames = () => {
  const dataset = smallDataset();
  const items = dataset.items.map((item) => ({ ...item, name: `${item.name} с очень длинным названием, `.repeat(3) }));
  return { ...dataset, items };
};

/** What the command says and how it ends is no matter of where jobs are kept. */
const backend = 'postgres';

describe('hub scan', () => {
  it('--dry-run prints the plan within 120 columns, its totals, and makes nothing', async () => {
    hub = await startHub({ backend, work: false, dataset: longNames() });
    const { code, out } = await scan(['--dry-run', '--why'], hub.env);
    expect(code).toBe(0);
    expect(out).toMatch(/Магазин Ленина: строк 10\n/);
    expect(out).toMatch(/MOVE-1 .* 0 +0 +5 +10 +10 +шт +Бестужевых 10\n/);
    expect(out).toMatch(/ORDER-4 .* МойСклад 10\n/);
    expect(out).toMatch(/На складе «Магазин Ленина» свободно 0 шт при минимуме 5/);
    expect(out).toMatch(/Итого: строк 10, заказать 10, уже ожидается 0, заказать нельзя 0\./);
    expect(out).toMatch(/перемещений 6, заказов в МойСклад 4 \(DOCUMENT_SCOPE=item\)/);
    const run = await hub.services.db.prisma.run.findFirstOrThrow();
    expect(out).toContain(run.planDigest);
    expect(out).toMatch(/Сравнить не с чем/);
    for (const line of out.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(120);
    expect(await hub.observe.transfers()).toHaveLength(0);
    expect(await hub.observe.orders()).toHaveLength(0);
  });

  it('--dry-run leaves older documents that wait to the workers', async () => {
    hub = await startHub({ backend, work: false });
    const { config } = hub.services;
    const onlyScans = { ...config, queues: { ...config.queues, work: ['scan' as const] } };
    const planner = createFleet({ ...hub.services, config: onlyScans, schedule: false });
    planner.start();
    const runId = await hub.request();
    await until('the plan', () => hub!.services.db.prisma.run.findFirst({ where: { id: runId, status: 'completed' } }));
    await planner.stop(10_000);
    const { code, out } = await scan(['--dry-run'], hub.env);
    expect(code).toBe(0);
    // The goods are on their way although nothing of it was sent.
    expect(out).toMatch(/заказать 0, уже ожидается 10/);
    expect(await hub.services.db.prisma.outboxRow.count({ where: { status: { in: ['pending', 'queued'] } } })).toBe(10);
    expect(await hub.observe.transfers()).toHaveLength(0);
    expect(await hub.observe.orders()).toHaveLength(0);
  });

  it('--json prints records only: the run, its lines, the difference', async () => {
    hub = await startHub({ backend, work: false });
    await scan([], hub.env);
    const { code, out, err } = await scan(['--dry-run', '--json'], hub.env);
    expect(code).toBe(0);
    const records = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map(({ record }) => record)).toEqual([
      'run',
      ...Array(10).fill('line'),
      ...Array(10).fill('changed'),
    ]);
    expect(records[0]).toMatchObject({ status: 'completed', dry_run: true, counts: { covered: 10 } });
    expect(records[0]?.plan_digest).toMatch(/^[0-9a-f]{64}$/);
    expect(records[1]).toMatchObject({ outcome: 'covered', recipient: { name: 'Магазин Ленина' }, ordered: 0 });
    expect(err).toMatch(/готово/);
  });

  it('with a wrong password says why it waits, gives up in time with 1, and leaves the run to the workers', async () => {
    hub = await startHub({ backend, work: false });
    const { code, out, err } = await scan(['--dry-run', '--timeout', '8'], { ...hub.env, API_1C_PASSWORD: 'wrong' });
    expect(code).toBe(1);
    expect(out).toMatch(/ждёт: 1С не приняла имя или пароль\. Проверьте API_1C_USER и API_1C_PASSWORD/);
    expect(err).toMatch(/✗ За 8 с ничего не сдвинулось\. 1С не приняла имя или пароль/);
    const run = await hub.services.db.prisma.run.findFirstOrThrow();
    expect(err).toContain(`Проверка ${run.id} остаётся в очереди: её выполнит работающий хаб`);
    expect(run.status).toBe('queued');
    // So it is: a hub with the right password brings it to its end.
    hub.fleet.start();
    try {
      expect(await hub.follow(run.id)).toMatchObject({ status: 'completed' });
    } finally {
      await hub.fleet.stop(10_000);
    }
  });

  it('of an unknown warehouse ends with 1 and lists those that exist', async () => {
    hub = await startHub({ backend, work: false });
    const { code, err } = await scan(['--dry-run', '--warehouse', 'Магазин Лунный'], hub.env);
    expect(code).toBe(1);
    expect(err).toMatch(/✗ Проверка не удалась: .*нет склада «Магазин Лунный».*«Магазин Ленина»/);
  });

  it('--no-follow only asks: needs neither 1C nor a password, and a worker does the work', async () => {
    hub = await startHub({ backend, work: false });
    const { DATABASE_URL = '', QUEUE_PREFIX = '', NODE_ENV = '' } = hub.env;
    const { code, out } = await scan(['--no-follow'], { DATABASE_URL, QUEUE_PREFIX, NODE_ENV });
    expect(code).toBe(0);
    const run = await hub.services.db.prisma.run.findFirstOrThrow();
    expect(out).toContain(`Проверка ${run.id} остаётся в очереди`);
    expect(run.status).toBe('queued');
  });

  it('cut short by Ctrl-C ends with 1, and its documents are made by the next process', async () => {
    hub = await startHub({
      backend,
      work: false,
      dataset: smallDataset({ moved: 30, ordered: 0 }),
      env: { WORKER_CONCURRENCY: '2' },
    });
    await hub.fault({ system: '1c', match: { method: 'POST' }, kind: 'latency', ms: 150 });
    const started = startHubProcess(['scan'], hub.env);
    processes.push(started);
    await until(
      'documents on their way',
      () => hub!.services.db.prisma.outboxRow.findFirst({ where: { kind: 'transfer', status: 'done' } }),
      60_000,
    );
    expect(await started.end('SIGINT')).toBe(1);
    expect(started.output()).toMatch(/✗ Прервано\. Проверка .* остаётся в очереди/);
    expect(started.output()).not.toMatch(/ at .*\.ts:/);
    await hub.heal();
    const run = await hub.services.db.prisma.run.findFirstOrThrow();
    hub.fleet.start();
    try {
      expect(await hub.follow(run.id)).toMatchObject({ transfers: { done: 30 } });
    } finally {
      await hub.fleet.stop(10_000);
    }
    expect(await hub.observe.transfers()).toHaveLength(30);
  });
});

describe.each(backends())('hub scan, with jobs in %s,', (backend) => {
  it('makes everything, tells so, and the next dry run says what differs and why', async () => {
    hub = await startHub({ backend, work: false });
    const real = await scan([], hub.env);
    expect(real.code).toBe(0);
    expect(real.out).toMatch(/✓ Создано: перемещений 6, заказов в МойСклад 4\./);
    expect(await hub.observe.transfers()).toHaveLength(6);
    expect(await hub.observe.orders()).toHaveLength(4);
    const { code, out } = await scan(['--dry-run'], hub.env);
    expect(code).toBe(0);
    expect(out).toMatch(/Отличия от проверки .*: новых 0, ушло 0, изменилось 10, без изменений 0/);
    expect(out.replace(/\n {4}/g, ' ')).toMatch(
      /~ «Магазин Ленина», Товар ORDER-1 \(ORDER-1\): было 10 шт \(МойСклад 10\), теперь ничего \(ожидаемого хватает\)\. Изменилось: ожидается по документам хаба 0 → 10\./,
    );
  });

  it('works beside another process on the same database: one set of documents, and both know the end', async () => {
    hub = await startHub({ backend });
    const { code, out } = await scan([], hub.env);
    expect(code).toBe(0);
    expect(out).toMatch(/✓ Создано: перемещений 6, заказов в МойСклад 4\./);
    expect(await hub.observe.transfers()).toHaveLength(6);
    expect(await hub.observe.orders()).toHaveLength(4);
  });
});
