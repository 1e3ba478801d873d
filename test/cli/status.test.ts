import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { backends, startHub, type TestHub, until } from '../support/hub.ts';
import { type HubProcess, startHubProcess } from '../support/process.ts';

let hub: TestHub | undefined;
let worker: HubProcess | undefined;
afterEach(async () => {
  await worker?.end('SIGKILL');
  await hub?.close();
});

describe.each(backends())('hub status, with jobs in %s,', (backend) => {
  it('tells whether the schedule stands and who serves which queue', async () => {
    hub = await startHub({ backend, work: false });
    const { env, services } = hub;
    const status = async () => {
      const asked = startHubProcess(['status'], env);
      const [code] = (await once(asked.child, 'close')) as [number];
      expect(code).toBe(0);
      return asked.output();
    };
    const before = await status();
    expect(before).toMatch(/^Schedule {4}none: workers put it there/m);
    expect(before).toMatch(/^Workers {5}none$/m);

    worker = startHubProcess(['start', '--only', 'worker'], { ...env, WORKER_QUEUES: 'scan', WORKER_CONCURRENCY: '3' });
    await worker.event('fleet.started');
    const { prisma } = services.db;
    const standing = () => services.store.queue('maintenance').getJobSchedulers();
    await until(
      'schedule and worker',
      async () => (await standing()).length >= 3 && (await prisma.workerState.count()) > 0,
    );
    const after = await status();
    expect(after).toMatch(/^Migrations {2}in order$/m);
    expect(after).toMatch(/^Schedule {4}weekday-scan +0 9 \* \* 1-5 Europe\/Moscow, next \d{4}-\d\d-\d\dT0[67]:00/m);
    expect(after).toMatch(/^Schedule {4}reconcile-1c /m);
    expect(after).toMatch(/^Workers {5}scan +1, busy with 0 of 3$/m);
    expect(after).not.toMatch(/^Workers {5}onec-transfer/m);
  }, 180_000);
});
