import { createRequire } from 'node:module';
import got from 'got';
import { beforeEach, describe, expect, it } from 'vitest';
import { serveApi } from '../../src/cli/serve.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { moyskladTemplate, onecTemplate } from '../../src/shared/telemetry/outside-request.ts';
import { createLifecycle } from '../../src/workers/lifecycle.ts';
import { closeAfterEach } from '../support/closing.ts';
import { backends, type HubOptions, startHub, type TestHub } from '../support/hub.ts';
import { type OtlpReceiver, type Span, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { smallDataset } from '../support/small-dataset.ts';

const opened = closeAfterEach();
let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  opened(() => receiver.close());
});

const TOKEN = 'a-token-that-nobody-may-see';

/** A hub with its API; asks for one scan over HTTP and waits for its documents. Spans have arrived when it is closed. */
async function scanOverHttp(
  options: HubOptions,
  headers: Record<string, string> = {},
  before: (hub: TestHub) => Promise<unknown> = async () => undefined,
) {
  const hub = await startHub(options);
  await before(hub);
  const lifecycle = createLifecycle(silentLog);
  const end = await (async () => {
    const url = await serveApi(hub.services, lifecycle, 0);
    const { run_id: runId } = await got
      .post(`${url}/api/v1/trigger/internal-replenishment`, {
        headers: { authorization: `Bearer ${TOKEN}`, ...headers },
        json: {},
      })
      .json<{ run_id: string }>();
    return { ...(await hub.follow(runId)), runId, rows: await rowsOf(hub) };
  })().finally(async () => {
    await lifecycle.stop(5_000);
    await hub.close();
  });
  return { ...end, secrets: [TOKEN, hub.sandbox.onecPassword, hub.sandbox.moyskladToken] };
}

const rowsOf = (hub: TestHub) =>
  hub.services.db.prisma.outboxRow.findMany({ where: { kind: { not: 'scan' } }, orderBy: { id: 'asc' } });

const traced = (more: Record<string, string> = {}) => ({
  ADMIN_TRIGGER_TOKEN: TOKEN,
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=one%2Ftwo',
  ...more,
});

const loaded = (name: string) =>
  Object.keys(createRequire(import.meta.url).cache).some((file) => file.includes(`/node_modules/${name}/`));

/** Spans of the row's delivery, with everything that was done under it. */
const under = (row: { id: string }) =>
  receiver.spans.filter((span) => receiver.lineage(span).some(({ facts }) => facts['hub.outbox_id'] === row.id));
const names = (spans: Span[]) => spans.map(({ name }) => name);

// First in this file: what is loaded stays loaded.
describe('with no collector named', () => {
  it('nothing is sent, no row carries a trace, and the SDK is not even loaded', async () => {
    const { rows, status } = await scanOverHttp({ backend: 'postgres', env: { ADMIN_TRIGGER_TOKEN: TOKEN } });
    expect(status).toBe('completed');
    expect(rows.map(({ traceparent }) => traceparent)).toEqual(rows.map(() => null));
    expect(receiver.raw).toEqual([]);
    expect(loaded('@opentelemetry/api')).toBe(true);
    for (const name of ['@opentelemetry/sdk-trace', '@opentelemetry/exporter-trace-otlp-http', 'bullmq-otel']) {
      expect(loaded(name)).toBe(false);
    }
  });
});

describe.each(backends())('with a collector, and jobs in %s,', (backend) => {
  it('a document is one branch of one tree: trigger, relay, scan, relay, job, request to the other system', async () => {
    const caller = '00-11111111111111111111111111111111-2222222222222222-01';
    const { rows, status, runId, secrets } = await scanOverHttp({ backend, env: traced() }, { traceparent: caller });
    expect(status).toBe('completed');
    expect(loaded('@opentelemetry/sdk-trace')).toBe(true);
    const trigger = receiver.spans.find(({ name }) => name.startsWith('POST /api'))!;
    expect(trigger).toMatchObject({
      name: 'POST /api/v1/trigger/internal-replenishment',
      traceId: '1'.repeat(32),
      parentSpanId: '2'.repeat(16),
    });
    // The caller's own span is not ours to send.
    delete trigger.parentSpanId;

    const transfer = rows.find(({ kind }) => kind === 'transfer')!;
    const sent = under(transfer).find(({ name }) => name === '1c POST /Document_ЗаказНаПеремещение')!;
    expect(names(receiver.lineage(sent))).toEqual([
      '1c POST /Document_ЗаказНаПеремещение',
      'process onec-transfer',
      'relay onec-transfer',
      'process scan',
      'relay scan',
      'request run',
      'POST /api/v1/trigger/internal-replenishment',
    ]);
    const order = rows.find(({ kind }) => kind === 'order')!;
    const ordered = under(order).find(({ name }) => name === 'moysklad POST /entity/customerorder')!;
    expect(names(receiver.lineage(ordered)).slice(1, 4)).toEqual([
      'process moysklad-order',
      'relay moysklad-order',
      'process scan',
    ]);
    expect(
      new Set(
        under(transfer)
          .concat(under(order))
          .map(({ traceId }) => traceId),
      ),
    ).toEqual(new Set(['1'.repeat(32)]));

    const job = receiver.lineage(sent)[1]!;
    expect(job.facts).toMatchObject({
      'hub.run_id': runId,
      'hub.outbox_id': transfer.id,
      'hub.document_number': transfer.externalNumber,
    });
    expect(sent.facts).toMatchObject({
      'hub.system': '1c',
      'http.request.method': 'POST',
      'url.template': '/Document_ЗаказНаПеремещение',
      'http.response.status_code': 201,
    });
    // Every span belongs to a story that somebody began; BullMQ's own housekeeping tells none.
    const roots = receiver.spans.filter((span) => !span.parentSpanId);
    expect(names(roots)).toEqual(['POST /api/v1/trigger/internal-replenishment']);

    const all = receiver.raw.join('');
    const unwanted = [...secrets, '$filter', 'filter=', 'Товар MOVE', 'Бизнес Медиа', "guid'", 'Магазин'];
    expect(unwanted.filter((text) => all.includes(text))).toEqual([]);
    expect(receiver.headers[0]).toMatchObject({ 'x-tenant': 'one/two' });
  });
});

describe('with a collector,', () => {
  it('a document that was tried twice has both tries in its tree, the failed one with its code and no message', async () => {
    const { rows } = await scanOverHttp(
      { backend: 'postgres', env: traced(), dataset: smallDataset({ moved: 1, ordered: 0 }) },
      {},
      (hub) => hub.fault({ system: '1c', kind: 'drop-after', match: { method: 'POST', path: '/Document_' }, times: 1 }),
    );
    const tries = under(rows[0]!).filter(({ name }) => name === 'process onec-transfer');
    expect(tries).toHaveLength(2);
    expect(tries.map(({ status }) => status.code ?? 0).sort()).toEqual([0, 2]);
    const failed = tries.find(({ status }) => status.code === 2)!;
    expect(failed.facts['error.type']).toMatch(/^onec-/);
    expect(failed.status).toEqual({ code: 2 });
    expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1);
  });

  it('orders that travel together are each in the trace of their run, and point to the request that made them', async () => {
    const dataset = smallDataset({ moved: 0, ordered: 12 });
    const { rows } = await scanOverHttp(
      { backend: 'postgres', env: traced({ WORKER_CONCURRENCY: '1' }), dataset },
      {},
      (hub) => hub.gather('moysklad-order', 12),
    );
    expect(rows).toHaveLength(12);
    const posts = receiver.spans.filter(({ name }) => name === 'moysklad POST /entity/customerorder');
    expect(posts).toHaveLength(1);
    const job = receiver.lineage(posts[0]!)[1]!;
    const together = receiver.spans.filter(({ name }) => name === 'create-order together');
    expect(together).toHaveLength(11);
    for (const span of together) {
      expect(span.links.map(({ spanId }) => spanId)).toEqual([job.spanId]);
      const row = rows.find(({ id }) => id === span.facts['hub.outbox_id'])!;
      expect(span.facts['hub.document_number']).toBe(row.externalNumber);
      expect(names(receiver.lineage(span))).toContain('process scan');
    }
  });

  it('a run that nobody asked for over HTTP begins a trace of its own, and says who asked', async () => {
    const hub = await startHub({ backend: 'postgres', env: traced(), dataset: smallDataset({ moved: 1, ordered: 0 }) });
    const { rows, runId } = await hub
      .scan({ trigger: 'schedule' })
      .then(async (end) => ({ ...end, rows: await rowsOf(hub) }))
      .finally(() => hub.close());
    const [root, ...others] = receiver.spans.filter((span) => !span.parentSpanId);
    expect(others).toEqual([]);
    expect(root).toMatchObject({ name: 'request run', facts: { 'hub.trigger': 'schedule', 'hub.run_id': runId } });
    expect(names(under(rows[0]!))).toContain('1c POST /Document_ЗаказНаПеремещение');
  });

  it('that is away, every document is made, and the hub still ends in time and clean', async () => {
    await receiver.close();
    const { rows } = await scanOverHttp({ backend: 'postgres', env: traced() });
    expect(rows.map(({ status }) => status)).toEqual(rows.map(() => 'done'));
  });
});

describe('what a span tells of an address', () => {
  it.each([
    ["/Document_X(guid'0b1c')/Post?PostingModeOperational=false", '/Document_X(…)/Post'],
    ["/AccumulationRegister_X/Balance(Condition='A(b)/c')?$format=json", '/AccumulationRegister_X/Balance(…)'],
    ['/Catalog_%D0%A1%D0%BA%D0%BB%D0%B0%D0%B4%D1%8B?$filter=Description eq 1', '/Catalog_Склады'],
    ['/%E0%A4%A', '/%E0%A4%A'],
  ])('of 1C: %s is %s', (path, template) => expect(onecTemplate(path)).toBe(template));

  it('of МойСклад: a key has no place in it', () =>
    expect(moyskladTemplate('/entity/customerorder/6d1c7a52-0000-11ef-0a80-000000000001/positions?limit=1')).toBe(
      '/entity/customerorder/{id}/positions',
    ));
});
