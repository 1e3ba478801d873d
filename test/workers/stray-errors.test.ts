import { afterEach, describe, expect, it } from 'vitest';
import { POISON_CRASHES } from '../../src/jobs/attempt-failure.ts';
import { retryRow } from '../../src/shared/outbox/operations.ts';
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

/** A worker in which `code` runs at SIGUSR2, as a bug somewhere deep in a package would. */
const workerWith = (code: string, env: Record<string, string> = {}) => {
  const preload = `data:text/javascript,${encodeURIComponent(`process.on('SIGUSR2', () => { ${code} })`)}`;
  return worker({ NODE_OPTIONS: `--import "${preload}"`, ...env });
};
const worker = (env: Record<string, string> = {}) => {
  const started = startHubProcess(['start', '--only', 'worker'], { ...hub!.env, ...env });
  processes.push(started);
  return started;
};
const documentRow = () => hub!.services.db.prisma.outboxRow.findFirstOrThrow({ where: { kind: 'transfer' } });

/** A document on its way, whose POST 1C answers after `ms`. */
async function inFlight(ms: number) {
  const slow = await hub!.fault({ system: '1c', match: { method: 'POST' }, kind: 'latency', ms });
  const runId = await hub!.request();
  await until('the document to be in flight', async () => (hub!.sandbox.faults.get(slow)?.fired ?? 0) > 0);
  return { runId, slow };
}

it('a worker whose code never yields again, so that it hears no signal, is ended by its watchdog and leaves its work to the next', async () => {
  hub = await startHub({ backend: 'postgres', work: false, dataset: smallDataset({ moved: 1, ordered: 0 }) });
  const hung = workerWith('const spin = () => Promise.resolve().then(spin); spin();', { WORKER_STALL_SECONDS: '5' });
  await hung.event('process.started');
  const { runId, slow } = await inFlight(60_000);
  hung.child.kill('SIGUSR2');
  expect(await hung.end('SIGTERM')).toBe('SIGKILL');
  expect(hung.output()).toMatch(/"event":"process.hung"/);
  await hub.heal(slow);
  await worker().event('process.started');
  expect((await hub.follow(runId)).transfers).toEqual({ done: 1 });
  expect(await hub.observe.transfers()).toHaveLength(1);
});

describe.each(backends())('with jobs in %s,', (backend) => {
  it('a rejection that nobody handles is told and ends nothing', async () => {
    hub = await startHub({ backend, work: false, dataset: smallDataset({ moved: 1, ordered: 1 }) });
    const started = workerWith(`void Promise.reject(new Error('stray'))`);
    await started.event('fleet.started');
    const { runId } = await inFlight(1_000);
    started.child.kill('SIGUSR2');
    expect(await started.event('process.unhandled-rejection')).toMatchObject({
      reason: expect.stringContaining('stray'),
    });
    expect(await hub.follow(runId)).toMatchObject({ transfers: { done: 1 }, orders: { done: 1 } });
    expect(await hub.scan()).toMatchObject({ status: 'completed' });
    expect(await started.end('SIGTERM')).toBe(0);
  });

  it('an exception that nobody catches lets work under way finish, and ends the process with 1', async () => {
    hub = await startHub({ backend, work: false, dataset: smallDataset({ moved: 1, ordered: 0 }) });
    const started = workerWith(`throw new Error('stray')`);
    await started.event('fleet.started');
    await inFlight(1_000);
    const ended = new Promise((resolve) => started.child.once('exit', resolve));
    started.child.kill('SIGUSR2');
    expect(await ended, started.output()).toBe(1);
    expect(started.output()).toMatch(/process\.uncaught-exception.*stray/);
    expect(await documentRow()).toMatchObject({ status: 'done', attempts: 0 });
    expect(await hub.observe.transfers()).toHaveLength(1);
  });

  it('an exception in work that never ends counts as a death of its process', async () => {
    hub = await startHub({ backend, work: false, dataset: smallDataset({ moved: 1, ordered: 0 }) });
    const started = workerWith(`throw new Error('stray')`);
    await started.event('fleet.started');
    const { runId, slow } = await inFlight(60_000);
    const ended = new Promise((resolve) => started.child.once('exit', resolve));
    started.child.kill('SIGUSR2');
    expect(await ended).toBe(1);
    expect(await documentRow()).toMatchObject({ status: 'sending' });
    await hub.heal(slow);
    worker();
    expect(await hub.follow(runId)).toMatchObject({ transfers: { done: 1 } });
    expect(await hub.observe.transfers()).toHaveLength(1);
    const told = await hub.services.db.prisma.integrationLog.findMany({
      where: { step: 'create-transfer' },
      orderBy: { id: 'asc' },
    });
    expect(told.map((one) => one.status)).toEqual(['unknown', 'ok']);
  });

  it(`a row that has killed ${POISON_CRASHES} real processes is parked, the others are made, and a person may retry it`, async () => {
    hub = await startHub({ backend, work: false, dataset: smallDataset({ moved: 1, ordered: 2 }) });
    const slow = await hub.fault({ system: '1c', match: { method: 'POST' }, kind: 'latency', ms: 60_000 });
    const runId = await hub.request();
    for (let death = 1; death <= POISON_CRASHES; death += 1) {
      const victim = worker();
      const { owner } = (await victim.event('fleet.started')) as { owner: string };
      await until(
        `the document to be in the hands of victim ${death}`,
        async () => {
          const fired = hub!.sandbox.faults.get(slow)?.fired ?? 0;
          const row = await hub!.services.db.prisma.outboxRow.findFirst({
            where: { kind: 'transfer', leaseOwner: owner },
          });
          return row?.status === 'sending' && (death > 1 || fired > 0);
        },
        60_000,
      );
      expect(await victim.end('SIGKILL')).toBe('SIGKILL');
    }
    worker();
    const parked = await until('the row to be parked', () =>
      hub!.services.db.prisma.outboxRow.findFirst({ where: { kind: 'transfer', errorCode: 'poison' } }),
    );
    expect(parked).toMatchObject({ status: 'unknown', crashes: POISON_CRASHES, attempts: 0 });
    expect(await hub.follow(runId)).toMatchObject({ transfers: { unknown: 1 }, orders: { done: 2 } });
    const history = await hub.services.db.prisma.integrationLog.findMany({
      where: { outboxId: parked.id, step: 'create-transfer' },
      orderBy: { id: 'asc' },
    });
    expect(history.map((one) => (one.details as { code: string }).code)).toEqual([
      ...Array(POISON_CRASHES).fill('process-lost'),
      'poison',
    ]);
    await hub.heal(slow);
    await retryRow(hub.services.db, { outboxId: parked.id, actor: 'Анна' });
    expect(await hub.follow(runId)).toMatchObject({ transfers: { done: 1 }, orders: { done: 2 } });
    expect(await hub.observe.transfers()).toHaveLength(1);
  }, 240_000);
});
