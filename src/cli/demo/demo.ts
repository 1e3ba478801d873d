import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import got from 'got';
import { loadCsvDataset } from '../../../sandbox/data/csv.ts';
import { type Sandbox, startSandbox } from '../../../sandbox/server.ts';
import { type Config, readConfig } from '../../shared/config/config.ts';
import { environment } from '../../shared/config/environment.ts';
import { createLog } from '../../shared/log/log.ts';
import { createFleet } from '../../workers/fleet.ts';
import { createLifecycle } from '../../workers/lifecycle.ts';
import { drawFirstLogin, tellFirstLogin } from '../first-login.ts';
import { followRun, type RunEnd } from '../follow-run.ts';
import { createDisplay } from '../progress-display.ts';
import { serveApi } from '../serve.ts';
import { openServices, type Services } from '../services.ts';
import { stopOnSignals } from '../stop-signals.ts';
import { createObserver } from './observe.ts';
import { reportFrom, type Timing } from './report.ts';

export interface DemoOptions {
  once?: boolean;
  stay?: boolean;
  data?: string;
  seed: number;
  port?: number;
}

/**
 * `hub demo`: sandbox, database, queues, API and workers in this process; one scan through the HTTP trigger; a report read
 * back from the sandbox. Exit code 0 only when every planned document was made exactly once.
 */
export async function demo(options: DemoOptions): Promise<void> {
  const env = environment();
  const log = createLog({ level: env.LOG_LEVEL ?? 'fatal', pretty: false, name: 'demo', destination: 2 });
  const lifecycle = createLifecycle(log);
  stopOnSignals(lifecycle, log);
  const print = (line: string) => console.log(line);

  const dataset = options.data === undefined ? undefined : await loadTable(options.data);
  const sandbox = await startSandbox({ seed: options.seed, ...(dataset ? { dataset } : {}) });
  lifecycle.opened({ name: 'sandbox', stop: () => sandbox.close() });
  const { config, login } = await drawFirstLogin(await demoConfig(sandbox, env, options.port));
  print(
    `Песочница 1С и МойСклад: ${sandbox.url} (товаров ${sandbox.dataset.items.length}, складов ${sandbox.dataset.warehouses.length})`,
  );

  lifecycle.opened({
    name: 'demo folder',
    stop: () => rm(config.database.dataDir, { recursive: true, force: true }),
  });
  const services = await openServices(config, lifecycle, log);
  const fleet = createFleet({ ...services, schedule: false });
  fleet.start();
  lifecycle.opened({ name: 'fleet', stop: (leftMs) => fleet.stop(leftMs) });
  const api = await serveOnFreePort(services, lifecycle, options.port);
  print(
    `Хаб: ${api} — документация /docs, очереди /queues; очереди в ${services.store.backend === 'redis' ? 'Redis' : 'PostgreSQL'}`,
  );

  if (login !== null) tellFirstLogin(api, login, print);

  const observer = createObserver(sandbox.controlUrl);
  const before = {
    before: await observer.stock(),
    limits: await observer.limits(),
    donors: [...config.warehouses.donors],
  };
  const accepted = await got
    .post(`${api}/api/v1/trigger/internal-replenishment`, {
      ...(config.admin.token === null ? {} : { headers: { authorization: `Bearer ${config.admin.token}` } }),
    })
    .json<{ run_id: string }>();
  const display = createDisplay(process.stdout);
  const watch = { clock: services.clock };
  const end = await followRun(services.db, accepted.run_id, watch, display.show);
  display.end();

  const clean =
    end.status === 'completed' && (await reportFrom(observer, before, await timing(services, accepted.run_id), print));
  if (end.status === 'failed') print(`✗ Проверка не удалась: ${end.error}`);
  tellFailures(end, print);

  const stays = options.stay === true || (options.once !== true && Boolean(process.stdout.isTTY));
  if (stays) {
    print(
      `\nХаб работает: ${api}/console — консоль, ${api}/queues — очереди, ${api}/docs — API. Ctrl-C останавливает.`,
    );
    return;
  }
  await lifecycle.stop(15_000);
  process.exit(clean ? 0 : 1);
}

/** A person's own table; what is wrong in it is told line by line, without our stack. */
async function loadTable(file: string) {
  return loadCsvDataset(file).catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}

/** The settings of the demo: the sandbox's systems, a database of its own, and REDIS_URL where the environment has one. */
async function demoConfig(sandbox: Sandbox, env: Record<string, string | undefined>, port?: number): Promise<Config> {
  const donors = sandbox.dataset.warehouses.filter((one) => one.kind === 'donor').map((one) => one.name);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'hub-demo-'));
  const order = ['Бестужевых', 'Контейнер'];
  return readConfig({
    REDIS_URL: env.REDIS_URL,
    QUEUE_PREFIX: `hub-demo-${path.basename(dataDir)}`,
    LOG_LEVEL: env.LOG_LEVEL,
    HUB_DATA_DIR: dataDir,
    ...sandbox.environment,
    API_1C_CONCURRENCY: '4',
    DONOR_WAREHOUSES: donors.sort((a, b) => order.indexOf(a) - order.indexOf(b)).join(',') || '-',
    PORT: String(port ?? env.PORT ?? ''),
    HOST: env.HOST,
    OTEL_EXPORTER_OTLP_ENDPOINT: env.OTEL_EXPORTER_OTLP_ENDPOINT,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
    OTEL_EXPORTER_OTLP_HEADERS: env.OTEL_EXPORTER_OTLP_HEADERS,
    OTEL_SERVICE_NAME: env.OTEL_SERVICE_NAME,
  });
}

/** The demo must not fail because something else has the usual port; a port that was asked for is another matter. */
async function serveOnFreePort(
  services: Services,
  lifecycle: ReturnType<typeof createLifecycle>,
  asked?: number,
): Promise<string> {
  try {
    return await serveApi(services, lifecycle);
  } catch (error) {
    if (asked !== undefined || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return serveApi(services, lifecycle, 0);
  }
}

async function timing({ db }: Services, runId: string): Promise<Timing> {
  const run = await db.prisma.run.findUniqueOrThrow({ where: { id: runId } });
  const times = await db.prisma.outboxRow.aggregate({
    where: { runId, kind: { not: 'scan' }, confirmedAt: { not: null } },
    _min: { confirmedAt: true },
    _max: { confirmedAt: true },
  });
  const since = (at: Date | null) => (at === null ? null : at.getTime() - run.createdAt.getTime());
  return { firstDocumentMs: since(times._min.confirmedAt), lastDocumentMs: since(times._max.confirmedAt) };
}

function tellFailures(end: RunEnd, print: (line: string) => void): void {
  for (const failure of end.failures) print(`  ${failure.count} × ${failure.code}: ${failure.message}`);
}
