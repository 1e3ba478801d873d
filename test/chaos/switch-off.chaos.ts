import got from 'got';
import { expect, it } from 'vitest';
import { startHub, type TestHub } from '../support/hub.ts';
import { smallDataset } from '../support/small-dataset.ts';

/** МойСклад counts within a minute; a second more. */
const WATCHED_MS = 61_000;
const ORDERED = 300;
const POST = { method: 'POST', path: '/entity/customerorder' };

/** Every kind of fault that the sandbox has, in the answers that it can give, for as long as one watches. */
const FAULTS: [name: string, fault: object][] = [
  ['429 code 1049', { kind: 'status', status: 429, code: 1049 }],
  ['429 code 1073', { kind: 'status', status: 429, code: 1073 }],
  ['401', { kind: 'status', status: 401, code: 1056 }],
  ['403', { kind: 'status', status: 403, code: 1016 }],
  ['404 for everything', { kind: 'status', status: 404, code: 1021 }],
  ['412 for every order', { kind: 'status', status: 412, code: 3000, match: POST }],
  ['413 for every order', { kind: 'status', status: 413, code: 2007, match: POST }],
  ['500', { kind: 'status', status: 500, code: 1036 }],
  ['503', { kind: 'status', status: 503, code: 1074 }],
  ['HTML', { kind: 'html' }],
  ['cut before the write', { kind: 'drop-before', match: POST }],
  ['cut after the write', { kind: 'drop-after', match: POST }],
  ['down', { kind: 'down' }],
  ['slow', { kind: 'latency', ms: 2_000 }],
];

interface Limits {
  accessDisabled: boolean;
  /** Most within one minute. */
  peaks: { failures: number; rejections: number };
}
interface Seen extends Limits {
  name: string;
  struck: number;
}

/** A whole hub with 300 orders to make, each by itself, against a МойСклад that does nothing but this. */
async function watch(name: string, fault: object): Promise<Seen> {
  let hub: TestHub | undefined;
  try {
    hub = await startHub({
      backend: 'postgres',
      dataset: smallDataset({ moved: 0, ordered: ORDERED }),
      env: { MOYSKLAD_ARRAY: '0' },
    });
    const id = await hub.fault({ system: 'moysklad', ...fault });
    await hub.request();
    const endMs = performance.now() + WATCHED_MS;
    let limits: Limits;
    do {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      limits = await got(`${hub.sandbox.controlUrl}/moysklad/limits`).json<Limits>();
    } while (performance.now() < endMs && !limits.accessDisabled);
    const { accessDisabled, peaks } = limits;
    return { name, struck: hub.sandbox.faults.get(id)?.fired ?? 0, accessDisabled, peaks };
  } finally {
    await hub?.close();
  }
}

it('a hub that meets nothing but one fault for a minute is never switched off by МойСклад, nor comes near it', async () => {
  const told: Seen[] = [];
  const waiting = [...FAULTS];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) told.push(await watch(...next));
  };
  await Promise.all(Array.from({ length: 7 }, worker));
  console.table(told.map(({ peaks, ...rest }) => ({ ...rest, ...peaks })));
  expect(told).toHaveLength(FAULTS.length);
  for (const { name, struck, accessDisabled, peaks } of told) {
    expect([name, accessDisabled]).toEqual([name, false]);
    // A fault that nobody ran into would prove nothing.
    expect(struck, name).toBeGreaterThan(0);
    expect(Math.max(peaks.failures, peaks.rejections), name).toBeLessThanOrEqual(100);
  }
}, 600_000);
