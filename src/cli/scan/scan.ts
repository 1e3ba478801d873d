import type { Config, QueueName } from '../../shared/config/config.ts';
import { readConfig } from '../../shared/config/config.ts';
import { environment } from '../../shared/config/environment.ts';
import { createLog } from '../../shared/log/log.ts';
import { requestRun } from '../../shared/outbox/request-run.ts';
import { createFleet } from '../../workers/fleet.ts';
import { createLifecycle } from '../../workers/lifecycle.ts';
import { followRun, type RunEnd, type RunState } from '../follow-run.ts';
import { prepareDatabase } from '../prepare-database.ts';
import { createDisplay } from '../progress-display.ts';
import { openConfiguredDatabase, openServices, type Services } from '../services.ts';
import { stopOnSignals } from '../stop-signals.ts';
import { openTracing } from '../tracing.ts';
import { createPatience, waitingFor } from './patience.ts';
import { report } from './report.ts';

export interface ScanOptions {
  /** A name or a 1C key; left out: every recipient. */
  warehouse?: string;
  dryRun?: boolean;
  /** Plan although 1C told far less than last time, and what is snoozed too. */
  force?: boolean;
  /** The explanation under each line of the plan. */
  why?: boolean;
  /** Records for machines on standard output, everything else on standard error. */
  json?: boolean;
  /** False: ask for the run and leave it to the workers. */
  follow: boolean;
  /** How long nothing may move, in seconds. */
  timeout: number;
}

/** What a real scan needs done; a dry one needs only its own queue. */
const DOCUMENT_QUEUES: readonly QueueName[] = ['scan', 'onec-transfer', 'moysklad-order'];
const CLOSE_MS = 15_000;

/**
 * `hub scan`: asks for a run, works on it in this process, and follows it until every document is at rest. Ends with 0
 * when the run is done and every document was made (or waits for approval), with 1 otherwise; a run that does not move
 * is left to the workers.
 */
export async function scan(options: ScanOptions): Promise<void> {
  if (!options.follow) return leaveToWorkers(options);
  const config = withQueues(readConfig(environment()), options.dryRun === true);
  const log = createLog({ level: 'error', pretty: Boolean(process.stderr.isTTY), name: 'scan', destination: 2 });
  const lifecycle = createLifecycle(log);
  const shutdown = stopOnSignals(lifecycle, log, CLOSE_MS, 1);
  try {
    const services = await openServices(config, lifecycle, log);
    const fleet = createFleet({ ...services, schedule: false });
    fleet.start();
    lifecycle.opened({ name: 'fleet', stop: (leftMs) => fleet.stop(leftMs) });
    const { runId } = await request(services, options);
    // Opened last, so told first: what becomes of a run that is cut short.
    const tell = async () => (shutdown.begun() ? console.error(`✗ Прервано. ${left(runId)}`) : undefined);
    lifecycle.opened({ name: 'run', stop: tell });
    const end = await follow(services, runId, options);
    const fine = end !== null && (await report(services, { runId, end }, options));
    await lifecycle.stop(CLOSE_MS);
    process.exit(fine ? 0 : 1);
  } catch (error) {
    // Told to stop: what broke was closed on purpose, and the signal's own exit is on its way.
    if (shutdown.begun()) return;
    await lifecycle.stop(CLOSE_MS);
    throw error;
  }
}

/** NULL when nothing moved for too long; the reason has been told. */
async function follow({ db, clock }: Services, runId: string, { json, timeout }: ScanOptions): Promise<RunEnd | null> {
  const display = createDisplay(json === true ? process.stderr : process.stdout);
  const patience = createPatience(timeout * 1_000);
  const giveUp = new AbortController();
  let last: RunState | undefined;
  try {
    return await followRun(db, runId, { clock, signal: giveUp.signal }, (state) => {
      display.show(state);
      last = state;
      if (patience.isOver(state)) giveUp.abort();
    });
  } catch (error) {
    if (!giveUp.signal.aborted) throw error;
    console.error(`✗ За ${timeout} с ничего не сдвинулось. ${waitingFor(last!)}`);
    console.error(left(runId));
    return null;
  } finally {
    display.end();
  }
}

/** Needs the database alone: neither 1C nor a queue store has to answer. */
async function leaveToWorkers(options: ScanOptions): Promise<void> {
  const config = readConfig(environment(), 'database');
  const log = createLog({ level: 'error', pretty: Boolean(process.stderr.isTTY), name: 'scan', destination: 2 });
  const lifecycle = createLifecycle(log);
  try {
    await openTracing(config, lifecycle, { owner: `scan-${process.pid}`, log });
    const db = await openConfiguredDatabase(config, lifecycle, log);
    await prepareDatabase(config, db, log);
    const { runId } = await request({ db }, options);
    console.log(options.json ? JSON.stringify({ record: 'run', id: runId, status: 'queued' }) : left(runId));
  } finally {
    await lifecycle.stop(CLOSE_MS);
  }
}

const request = (
  { db }: Pick<Services, 'db'>,
  {
    warehouse = null,
    dryRun = false,
    force = false,
  }: Partial<Pick<ScanOptions, 'dryRun' | 'force'>> & { warehouse?: string | null },
) => requestRun(db, { trigger: 'cli', requestedBy: null, warehouse, dryRun, force });

const left = (runId: string) =>
  `Проверка ${runId} остаётся в очереди: её выполнит работающий хаб (npm start); что с ней — npm run hub -- status.`;

/** A dry run makes nothing outside, so this process serves no queue whose jobs do: older documents wait for others. */
function withQueues(config: Config, dryRun: boolean): Config {
  const work = dryRun ? (['scan'] as const) : [...new Set([...config.queues.work, ...DOCUMENT_QUEUES])];
  return { ...config, queues: { ...config.queues, work } };
}
