import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { measureAnew } from '../../src/shared/telemetry/meters.ts';
import { outsideRequest } from '../../src/shared/telemetry/outside-request.ts';
import { backends } from '../support/hub.ts';
import { type ApiFixture, createApiFixture } from './fixture.ts';
import { addDocument, addRun } from './seed.ts';

let api: ApiFixture;
beforeAll(async () => {
  // What other files of this process have measured is none of ours.
  measureAnew();
  api = await createApiFixture();
});
afterAll(() => api.close());

/** Series by name and labels, after a check of the whole text against the exposition format. */
async function scrape(app = api.app): Promise<Map<string, number>> {
  const response = await app.request('/metrics');
  expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  expect(text.endsWith('\n')).toBe(true);
  const series = new Map<string, number>();
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const [, key, value] = /^([a-z0-9_]+\{(?:[a-z]+="[^"]*",?)*\}) (-?[\d.e+-]+)$/.exec(line) ?? [];
    if (key === undefined) expect(line).toMatch(/^# (HELP|TYPE) hub_/);
    else series.set(key, Number(value));
  }
  return series;
}

it('counts rows, runs and jobs, with zeros where there is nothing', async () => {
  const { db, queues } = api.deps;
  const runId = await addRun(db);
  await addRun(db, { status: 'failed' });
  const { outboxId } = await addDocument(db, { runId, status: 'queued' });
  await addDocument(db, { runId, kind: 'order', status: 'failed' });
  await db.prisma.$executeRaw`update outbox set created_at = now() - interval '1 hour' where id = ${outboxId}::uuid`;
  await queues['onec-transfer'].add('job', {}, { delay: 60_000 });
  await queues['onec-transfer'].add('job', {});
  const series = await scrape();
  expect(series.get('hub_outbox_rows{kind="transfer",status="queued"}')).toBe(1);
  expect(series.get('hub_outbox_rows{kind="order",status="failed"}')).toBe(1);
  expect(series.get('hub_outbox_rows{kind="order",status="done"}')).toBe(0);
  expect(series.get('hub_outbox_oldest_waiting_seconds{kind="transfer"}')).toBeGreaterThanOrEqual(3_600);
  expect(series.get('hub_outbox_oldest_waiting_seconds{kind="transfer"}')).toBeLessThan(3_700);
  expect(series.get('hub_outbox_oldest_waiting_seconds{kind="order"}')).toBe(0);
  expect(series.get('hub_outbox_oldest_seconds{kind="transfer",status="queued"}')).toBeGreaterThanOrEqual(3_600);
  expect(series.get('hub_outbox_oldest_seconds{kind="transfer",status="held"}')).toBe(0);
  expect(series.get('hub_runs{status="completed"}')).toBe(1);
  expect(series.get('hub_runs{status="failed"}')).toBe(1);
  expect(series.get('hub_queue_up{queue="onec-transfer"}')).toBe(1);
  expect(series.get('hub_queue_jobs{queue="onec-transfer",state="waiting"}')).toBe(1);
  expect(series.get('hub_queue_jobs{queue="onec-transfer",state="delayed"}')).toBe(1);
  expect(series.get('hub_queue_jobs{queue="scan",state="failed"}')).toBe(0);
  expect(series.get('hub_queue_oldest_seconds{queue="scan",state="waiting"}')).toBe(0);
  expect(series.get('hub_attempts_total{step="scan",outcome="done"}')).toBe(0);
});

it('shows an outside system that the workers wait for', async () => {
  const { db } = api.deps;
  await db.prisma.systemState.create({ data: { system: '1c', state: 'down', since: new Date() } });
  const series = await scrape();
  expect(series.get('hub_system_up{system="1c"}')).toBe(0);
  expect(series.get('hub_system_up{system="moysklad"}')).toBe(1);
});

it('counts what has ended once a minute, and what has not at every scrape', async () => {
  const { db } = api.deps;
  let now = new Date();
  const app = api.appWith({ clock: { ...api.deps.clock, now: () => now } });
  const doneAndHeld = async () => {
    const series = await scrape(app);
    return ['done', 'held'].map((status) => series.get(`hub_outbox_rows{kind="order",status="${status}"}`));
  };
  const runId = await addRun(db);
  const before = await doneAndHeld();
  await addDocument(db, { runId, kind: 'order', status: 'done' });
  await addDocument(db, { runId, kind: 'order', status: 'held' });
  expect(await doneAndHeld()).toEqual([before[0], before[1]! + 1]);
  now = new Date(now.getTime() + 60_000);
  expect(await doneAndHeld()).toEqual([before[0]! + 1, before[1]! + 1]);
});

describe.each(backends())('with jobs in %s', (backend) => {
  it('tells how old the oldest job of a queue is', async () => {
    const store = { backend, prefix: 'metrics' } as const;
    const one = await createApiFixture((url) => ({
      ...store,
      url: backend === 'redis' ? (inject('redisUrl') ?? '') : url,
    }));
    try {
      const { maintenance } = one.deps.queues;
      await maintenance.obliterate({ force: true });
      await maintenance.add('job', {}, { timestamp: Date.now() - 3_600_000 });
      await maintenance.add('job', {});
      const series = await scrape(one.app);
      const oldest = series.get('hub_queue_oldest_seconds{queue="maintenance",state="waiting"}');
      expect(oldest).toBeGreaterThanOrEqual(3_600);
      expect(oldest).toBeLessThan(3_700);
      expect(series.get('hub_queue_oldest_seconds{queue="scan",state="waiting"}')).toBe(0);
    } finally {
      await one.close();
    }
  });
});

it('tells how long the last run took and how long ago it ended; a dry or failed one counts for neither', async () => {
  const { db } = api.deps;
  const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1_000);
  await addRun(db, { createdAt: at(1_000), startedAt: at(990), finishedAt: at(960) });
  await addRun(db, { createdAt: at(500), startedAt: at(500), finishedAt: at(100), dryRun: true });
  await addRun(db, { createdAt: at(400), startedAt: at(400), finishedAt: at(50), status: 'failed' });
  const series = await scrape();
  expect(series.get('hub_last_run_seconds{part="waiting"}')).toBeCloseTo(10, 1);
  expect(series.get('hub_last_run_seconds{part="working"}')).toBeCloseTo(30, 1);
  expect(series.get('hub_last_run_seconds{part="whole"}')).toBeCloseTo(40, 1);
  expect(series.get('hub_last_run_age_seconds{}')).toBeGreaterThanOrEqual(960);
});

it('shows what is left of МойСклад’s budget, the workers that live, and what the hub itself tells people', async () => {
  const { db } = api.deps;
  await db.prisma.$executeRaw`
    insert into api_calls (budget, units, started_at, ended_at, expires_at) values
      ('b', 4, now(), null, now() + interval '1 hour'), ('b', 8, now(), now() + interval '1 hour', now() + interval '1 hour'),
      ('b', 30, now() - interval '1 hour', now() - interval '1 hour', now() - interval '1 hour')`;
  await db.prisma.$executeRaw`
    insert into worker_states (owner, queue, busy, concurrency, started_at, seen_at) values
      ('one', 'scan', 1, 4, now(), now()), ('two', 'scan', 2, 4, now(), now()),
      ('gone', 'scan', 4, 4, now(), now() - interval '1 hour')`;
  await db.prisma.$executeRaw`
    insert into alarms (id, code, subject, message) values (gen_random_uuid(), 'system-down', '1c', 'x')`;
  const series = await scrape();
  expect(series.get('hub_moysklad_budget_left_units{}')).toBe(33);
  expect(series.get('hub_moysklad_requests_in_flight{}')).toBe(1);
  expect(series.get('hub_workers{queue="scan"}')).toBe(2);
  expect(series.get('hub_worker_slots{queue="scan",state="busy"}')).toBe(3);
  expect(series.get('hub_worker_slots{queue="scan",state="all"}')).toBe(8);
  expect(series.get('hub_alarms_open{code="system-down"}')).toBe(1);
});

it('measures each request to another system by its method and the class of its answer', async () => {
  const seconds = async (name: string, status: string) =>
    (await scrape()).get(`hub_outside_request_seconds_${name}{system="1c",method="PATCH",status="${status}"}`);
  const request = { system: '1c', method: 'PATCH', template: '/X' } as const;
  await outsideRequest(request, async (answered) => answered(503));
  await expect(outsideRequest(request, () => Promise.reject(new Error('cut')))).rejects.toThrow('cut');
  expect(await seconds('count', '5xx')).toBe(1);
  expect(await seconds('count', 'none')).toBe(1);
});
