import { afterEach, describe, expect, it } from 'vitest';
import { type Backend, backends, startHub, type TestHub, until } from '../support/hub.ts';
import { type HubProcess, startHubProcess } from '../support/process.ts';
import { startPrivateRedis } from '../support/redis-server.ts';
import { smallDataset } from '../support/small-dataset.ts';

let hub: TestHub | undefined;
let processes: HubProcess[] = [];
let redis: Awaited<ReturnType<typeof startPrivateRedis>> | undefined;
afterEach(async () => {
  await Promise.all(processes.map((one) => one.end('SIGKILL')));
  processes = [];
  await hub?.close();
  await redis?.stop();
  hub = undefined;
  redis = undefined;
});

const worker = (env: Record<string, string> = {}) => {
  const started = startHubProcess(['start', '--only', 'worker'], { ...hub!.env, ...env });
  processes.push(started);
  return started;
};

/** A hub with one document on its way: 1C answers its POST only after `ms`. */
async function withDocumentInFlight(backend: Backend, ms: number, env: Record<string, string> = {}) {
  redis = backend === 'redis' ? await startPrivateRedis() : undefined;
  hub = await startHub({
    backend,
    work: false,
    dataset: smallDataset({ moved: 1, ordered: 0 }),
    ...(redis ? { redisUrl: redis.url } : {}),
  });
  const started = worker(env);
  await started.event('fleet.started');
  const slow = await hub.fault({ system: '1c', match: { method: 'POST' }, kind: 'latency', ms });
  const runId = await hub.request();
  await until('the document to be in flight', async () => {
    const fault = hub!.sandbox.faults.get(slow);
    return (fault?.fired ?? 0) > 0;
  });
  return { worker: started, runId };
}

const documentRow = () => hub!.services.db.prisma.outboxRow.findFirstOrThrow({ where: { kind: 'transfer' } });

async function ended(process: HubProcess, signal: NodeJS.Signals) {
  const startedMs = performance.now();
  const code = await process.end(signal);
  return { code, ms: performance.now() - startedMs };
}

describe.each(backends())('SIGTERM with a document in flight, with jobs in %s,', (backend) => {
  it('lets it finish, exits 0 within the deadline, and the document is made once', async () => {
    const { worker: stopped } = await withDocumentInFlight(backend, 1_500, { SHUTDOWN_SECONDS: '20' });
    const end = await ended(stopped, 'SIGTERM');
    expect(end.code).toBe(0);
    expect(end.ms).toBeLessThan(20_000);
    expect(await documentRow()).toMatchObject({ status: 'done', attempts: 0, starts: 1 });
    expect(await hub!.observe.transfers()).toHaveLength(1);
  });

  it('that arrives twice, as one Ctrl-C does through npm, is one signal: everything is closed, exit 0', async () => {
    const { worker: stopped } = await withDocumentInFlight(backend, 1_000, { SHUTDOWN_SECONDS: '20' });
    stopped.child.kill('SIGINT');
    await stopped.event('process.stopping');
    expect(await ended(stopped, 'SIGINT')).toMatchObject({ code: 0 });
    expect(await documentRow()).toMatchObject({ status: 'done', attempts: 0, starts: 1 });
  });

  it('that does not end in time cuts it off without spending an attempt, exits 0, and the next worker makes it once', async () => {
    const { worker: stopped, runId } = await withDocumentInFlight(backend, 60_000, { SHUTDOWN_SECONDS: '10' });
    const end = await ended(stopped, 'SIGTERM');
    expect(end.code).toBe(0);
    expect(end.ms).toBeLessThan(10_000);
    // Cut off in the middle of its POST: it may have got through, so it is looked for before it is sent again.
    expect(await documentRow()).toMatchObject({
      status: 'unknown',
      attempts: 0,
      crashes: 0,
      leaseOwner: null,
      restedUnder: null,
    });
    await hub!.heal();
    worker();
    expect(await hub!.follow(runId)).toMatchObject({ transfers: { done: 1 } });
    expect(await documentRow()).toMatchObject({ status: 'done', attempts: 0, starts: 2 });
    expect(await hub!.observe.transfers()).toHaveLength(1);
  });

  it('exits at once with 1 at a second signal, and the row goes to the next worker when its lease has run out', async () => {
    const { worker: stopped, runId } = await withDocumentInFlight(backend, 60_000);
    stopped.child.kill('SIGTERM');
    await stopped.event('process.stopping');
    // The first of them come so soon that they may be the same key press; somebody who goes on means it.
    const insisting = setInterval(() => stopped.child.kill('SIGTERM'), 100);
    const end = await ended(stopped, 'SIGTERM').finally(() => clearInterval(insisting));
    expect(end.code).toBe(1);
    expect(end.ms).toBeLessThan(6_000);
    expect(await documentRow()).toMatchObject({ status: 'sending' });
    await hub!.heal();
    worker();
    expect(await hub!.follow(runId)).toMatchObject({ transfers: { done: 1 } });
    expect(await hub!.observe.transfers()).toHaveLength(1);
  });
});

describe.runIf(backends().includes('redis'))('SIGTERM after Redis has died', () => {
  it('with a document in flight: it is made and recorded, and the process exits 0 within the deadline', async () => {
    const { worker: stopped } = await withDocumentInFlight('redis', 1_500, { SHUTDOWN_SECONDS: '15' });
    await redis!.stop();
    const end = await ended(stopped, 'SIGTERM');
    expect(end.ms).toBeLessThan(15_000);
    expect(end.code).toBe(0);
    expect(await documentRow()).toMatchObject({ status: 'done', attempts: 0 });
    expect(await hub!.observe.transfers()).toHaveLength(1);
  });

  it('of an API and workers in one process, idle: exits 0 within the deadline', async () => {
    redis = await startPrivateRedis();
    hub = await startHub({ backend: 'redis', redisUrl: redis.url, work: false });
    const started = startHubProcess(['start'], { ...hub.env, SHUTDOWN_SECONDS: '15' });
    processes.push(started);
    await started.event('process.started');
    await redis.stop();
    const end = await ended(started, 'SIGTERM');
    expect(end, started.output()).toMatchObject({ code: 0 });
    expect(end.ms).toBeLessThan(15_000);
  });
});
