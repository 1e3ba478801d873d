import { passed, runSteps } from '../../shared/check/run-steps.ts';
import type { CheckedStep, SystemCheck } from '../../shared/check/step.ts';
import { systemClock } from '../../shared/clock/clock.ts';
import { type Config, readConfig } from '../../shared/config/config.ts';
import { environment } from '../../shared/config/environment.ts';
import { openDatabase } from '../../shared/db/database.ts';
import type { OutsideSystem } from '../../shared/errors/outcome.ts';
import { createLog, type Log } from '../../shared/log/log.ts';
import { budgetName, createLocalBudget, createPostgresBudget } from '../../shared/moysklad/budget.ts';
import { createMoySklad } from '../../shared/moysklad/moysklad.ts';
import { createOneC } from '../../shared/onec/onec.ts';
import type { OneC } from '../../shared/onec/port.ts';
import { createLifecycle, type Lifecycle } from '../../workers/lifecycle.ts';
import { displayWidth } from '../scan/text-width.ts';
import { stopOnSignals } from '../stop-signals.ts';
import { fullCheck1C, fullCheckMoySklad } from './full-checks.ts';
import { createPage } from './page.ts';

export type CheckedSystem = OutsideSystem | 'all';

const WIDTH = 120;
const LEAST_WIDTH = 80;
const CLOSE_MS = 5_000;

/**
 * `hub check`: looks at 1C and МойСклад step by step and prints what it found, each failure with its cure. Writes nothing
 * outside. Exit code 0 when nothing failed, else 1. Needs neither a database nor a queue store.
 */
export async function check(system: CheckedSystem, { json = false }: { json?: boolean } = {}): Promise<void> {
  const config = readConfig(environment(), system === 'all' ? 'everything' : system);
  const log = createLog({ level: 'error', pretty: Boolean(process.stderr.isTTY), name: 'check', destination: 2 });
  const lifecycle = createLifecycle(log);
  const stopping = new AbortController();
  const shutdown = stopOnSignals(lifecycle, log, CLOSE_MS, 1);
  lifecycle.opened({ name: 'steps', stop: async () => stopping.abort() });
  const tell = json ? tellRecords() : tellPage(config);
  const found: { system: OutsideSystem; steps: CheckedStep[] }[] = [];
  try {
    for (const one of systemsOf(system, config, lifecycle, log)) {
      tell.begin(one);
      const onStep = (step: CheckedStep) => tell.step(one, step);
      found.push({ system: one.system, steps: await runSteps(one, { signal: stopping.signal, onStep }) });
      if (stopping.signal.aborted) return;
    }
    tell.end(found);
    if (!found.every(({ steps }) => passed(steps))) process.exitCode = 1;
  } finally {
    if (!shutdown.begun()) await lifecycle.stop(CLOSE_MS);
  }
}

/** The checks asked for, 1C first. What they need is opened under `lifecycle`. */
function systemsOf(system: CheckedSystem, config: Config, lifecycle: Lifecycle, log: Log): SystemCheck[] {
  const clock = systemClock;
  const checks: SystemCheck[] = [];
  let goods: OneC | null = null;
  if (system !== 'moysklad') {
    const onec = createOneC(config.onec, { log, clock });
    lifecycle.opened({ name: '1c', stop: () => onec.close() });
    checks.push(fullCheck1C(onec, config));
    goods = onec;
  }
  if (system !== '1c') {
    const budget = budgetOf(config, lifecycle, log);
    const moysklad = createMoySklad(config.moysklad, { budget, log, clock });
    lifecycle.opened({ name: 'moysklad', stop: () => moysklad.close() });
    checks.push(fullCheckMoySklad(moysklad, goods));
  }
  return checks;
}

/** Shared with the running hub where there is a database of its own; the embedded one is not started for a check. */
function budgetOf({ database, moysklad }: Config, lifecycle: Lifecycle, log: Log) {
  const clock = systemClock;
  if (database.url === null) return createLocalBudget({ clock });
  const db = openDatabase({
    url: database.url,
    onError: (error) => log.warn({ event: 'database.error', error: error.message }),
  });
  lifecycle.opened({ name: 'database', stop: () => db.close() });
  return createPostgresBudget({ pool: db.pool, name: budgetName(moysklad), clock });
}

interface Teller {
  begin(check: SystemCheck): void;
  step(check: SystemCheck, step: CheckedStep): void;
  end(found: { system: OutsideSystem; steps: CheckedStep[] }[]): void;
}

function tellPage(config: Config): Teller {
  const out = process.stdout;
  const page = createPage({
    width: Math.min(WIDTH, Math.max(LEAST_WIDTH, out.columns ?? WIDTH)),
    colour: out.isTTY === true && out.hasColors(),
  });
  const print = (lines: string[]) => console.log(lines.join('\n'));
  const addresses = { '1c': config.onec.url, moysklad: config.moysklad.url };
  return {
    begin: ({ system }) => print(page.heading(system, addresses[system])),
    step: ({ steps }, step) => print(page.step(step, Math.max(...steps.map(({ name }) => displayWidth(name))))),
    end: (found) => print(page.end(found)),
  };
}

function tellRecords(): Teller {
  return {
    begin: () => {},
    step: ({ system }, step) => console.log(JSON.stringify({ record: 'step', system, ...step })),
    end: (found) => {
      const ok = found.every(({ steps }) => passed(steps));
      console.log(JSON.stringify({ record: 'end', ok }));
    },
  };
}
