import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, canMakeCertificates, makeCertificates } from '../support/certificates.ts';
import { backends, startHub, type TestHub } from '../support/hub.ts';
import { type HubProcess, startHubProcess } from '../support/process.ts';
import { startTlsRedis, type TlsKind, type TlsRedis } from '../support/redis-tls.ts';
import { PASSWORD } from '../support/redis-topologies.ts';
import { smallDataset } from '../support/small-dataset.ts';

const possible = backends().includes('redis') && canMakeCertificates();
if (!possible) {
  const line = 'TLS to Redis is not tried: it takes redis-server and openssl.';
  if (process.env.CI === 'true') throw new Error(line);
  console.warn(line);
}

let certificates: Certificates;
beforeAll(async () => {
  if (possible) certificates = await makeCertificates();
});
afterAll(() => certificates?.remove());

const kinds: TlsKind[] = ['server', 'sentinel', 'cluster'];

describe.runIf(possible).each(kinds)('a Redis behind TLS, of the kind %s,', (kind) => {
  let redis: TlsRedis;
  beforeAll(async () => {
    redis = await startTlsRedis(kind, certificates);
  });
  afterAll(() => redis?.stop());

  let hub: TestHub;
  let worker: HubProcess | undefined;
  beforeAll(async () => {
    // Its sandbox and database; the queues are those of the process beside it.
    hub = await startHub({ backend: 'postgres', work: false, dataset: smallDataset({ moved: 3, ordered: 2 }) });
  });
  afterEach(async () => {
    await worker?.end('SIGKILL');
    worker = undefined;
  });
  afterAll(() => hub?.close());
  const start = (env: Record<string, string>) => {
    worker = startHubProcess(['start', '--only', 'worker'], { ...hub.env, QUEUE_PREFIX: 'by-tls', ...env });
    return worker;
  };

  it('is not trusted without the authority that signed its certificate, and the log says so', async () => {
    const told = await start({ REDIS_URL: redis.url }).event('redis.unreachable');
    expect(told.reason).toMatch(/unable to verify the first certificate|self-signed certificate/);
    expect(told.message).toContain('NODE_EXTRA_CA_CERTS');
    expect(JSON.stringify(told)).not.toContain(PASSWORD);
  });

  it('is not trusted under a name that its certificate does not have', async () => {
    const trusted = { NODE_EXTRA_CA_CERTS: certificates.authority };
    const told = await start({ ...trusted, REDIS_URL: redis.url.replaceAll('localhost', '127.0.0.1') }).event(
      'redis.unreachable',
    );
    expect(told.reason).toMatch(/does not match certificate's altnames/);
    expect(told.message).toContain('by a name that its certificate has');
  });

  it('carries the jobs of every document, by the name in its certificate', async () => {
    const working = start({ REDIS_URL: redis.url, NODE_EXTRA_CA_CERTS: certificates.authority });
    expect(await hub.scan()).toMatchObject({ status: 'completed', transfers: { done: 3 }, orders: { done: 2 } });
    expect(await redis.keys('by-tls')).not.toEqual([]);
    expect(working.output()).not.toContain('redis.unreachable');
    expect(await working.end('SIGTERM'), working.output()).toBe(0);
  });
});
