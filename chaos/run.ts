import type { KillPoint } from '../src/shared/config/testing.ts';
import { createDice } from './dice.ts';
import { FAULTS, type FaultName } from './faults/catalogue.ts';
import type { Proof } from './faults/fault.ts';
import { thaw } from './faults/process-faults.ts';
import { judge, type Verdict } from './oracle.ts';
import type { PlannedFault, Script } from './script.ts';
import { settle } from './settle.ts';
import type { Stack } from './stack.ts';
import { pause, seenWithin } from './wait.ts';

export interface RunResult {
  script: Script;
  verdict: Verdict;
  /** What else was wrong: it never came to rest, or was right only after one more scan. */
  troubles: string[];
  fired: Map<FaultName, number>;
  hit: Map<KillPoint, number>;
  cancelled: number;
  retried: number;
  /** From the healing until the hub was at rest, without the last scan. */
  restMs: number;
  ms: number;
}

export interface RunOptions {
  /** How long the hub may take to come to rest once everything is healed. */
  patienceMs: number;
}

const DONORS = ['Бестужевых', 'Контейнер'];
const PROGRESS_MS = 4_000;
const KILLS_MS = 8_000;

/** One run: a fresh world, a scan with everything that the script has in store, healing, quiet, one more scan, the judge. */
export async function play(stack: Stack, script: Script, { patienceMs }: RunOptions): Promise<RunResult> {
  const startedMs = performance.now();
  const { outside, people } = stack;
  await Promise.all([outside.begin(script.world.csv), stack.postgres.clear()]);
  const [before, limits] = await Promise.all([outside.stock(), outside.limits()]);
  for (const system of ['1c', 'moysklad'] as const) {
    await outside.fault({ system, match: { method: 'POST' }, kind: 'latency', ms: script.paceMs });
  }

  const cancelled: string[] = [];
  const troubles: string[] = [];
  const deathsBefore = stack.workers.map((one) => one.deaths.length);
  await raiseWorkers(stack, script);

  const proofs = new Map<FaultName, Proof>();
  const early = script.faults.filter(({ at }) => at === 0);
  const inflict = async ({ name }: PlannedFault) => {
    const dice = createDice(script.seed, name);
    proofs.set(name, await FAULTS[name].inflict({ stack, dice, cancelled }));
  };
  // Before the scan, but people act only on what is there.
  const atOnce = early.filter(({ name }) => !name.startsWith('operator'));
  await Promise.all(atOnce.map(inflict));
  await people.trigger();
  const later = script.faults.filter((fault) => !atOnce.includes(fault));
  await Promise.all([
    ...later.map(async (fault) => {
      await progress(stack, script, fault);
      await inflict(fault);
    }),
    awaitKills(stack, script, deathsBefore),
  ]);

  await pause(script.lingerMs);
  const fired = new Map<FaultName, number>();
  await Promise.all([...proofs].map(async ([name, proof]) => fired.set(name, await proof())));
  await heal(stack);
  const healedMs = performance.now();
  const hit = new Map<KillPoint, number>();
  stack.workers.forEach((worker, at) => {
    for (const { killPoint } of worker.deaths.slice(deathsBefore[at])) {
      if (killPoint !== null) hit.set(killPoint as KillPoint, (hit.get(killPoint as KillPoint) ?? 0) + 1);
    }
  });

  const evidence = async () => ({
    ...{ before, limits, donors: DONORS, cancelled },
    transfers: await outside.transfers(),
    orders: await outside.orders(),
  });
  const first = await settle(stack, patienceMs);
  const restMs = Math.round(performance.now() - healedMs);
  // Where nobody cancelled and one scan ran alone, the documents themselves must be whole without another scan.
  if (first.quiet && cancelled.length === 0 && !fired.has('trigger-doubled')) {
    const early = judge(await evidence());
    if (problems(early).length > 0) troubles.push(`only another scan would mend: ${problems(early).join(' | ')}`);
  }
  let retried = first.retried;
  let quiet = first.quiet;
  if (first.quiet) {
    await people.trigger();
    const second = await settle(stack, patienceMs);
    retried += second.retried;
    quiet = second.quiet;
  }
  if (!quiet) {
    const rows = await people.rows(['held', 'pending', 'queued', 'sending', 'unknown', 'failed']);
    troubles.push(
      `not at rest after ${patienceMs} ms: ${rows
        .map((row) => `${row.kind} ${row.status} ${row.id}`)
        .slice(0, 8)
        .join(', ')}`,
    );
  }
  for (const one of [stack.api, ...stack.workers]) {
    troubles.push(...one.uncaught.splice(0).map((line) => `${one.name}: ${line.slice(0, 300)}`));
  }
  if (await outside.accessDisabled()) troubles.push('МойСклад has switched the access off');
  const verdict = judge(await evidence());
  return {
    ...{ script, verdict, troubles, fired, hit, retried, restMs },
    cancelled: cancelled.length,
    ms: Math.round(performance.now() - startedMs),
  };
}

export const problems = ({ lost, doubled, wrongQuantity }: Verdict) => [...lost, ...doubled, ...wrongQuantity];

/** Workers that die where the script says; the others as they were. */
async function raiseWorkers(stack: Stack, { kills }: Script): Promise<void> {
  const [first, second] = stack.workers;
  const [now, ...next] = kills.map(({ point, hit }) => ({ HUB_KILL_AT: `${point}:${hit}` }));
  if (now !== undefined) {
    await first.stop();
    first.nextLives.push(...next);
  }
  const alone = kills.some((kill) => kill.alone);
  if (alone) await second.stop();
  await Promise.all([stack.api.start(), first.start(now), ...(alone ? [] : [second.start()])]);
}

/** Gives the kill points time to be reached. */
async function awaitKills(stack: Stack, { kills }: Script, deathsBefore: number[]): Promise<void> {
  if (kills.length === 0) return;
  const [first] = stack.workers;
  const points = () => first.deaths.slice(deathsBefore[0]).filter(({ killPoint }) => killPoint !== null).length;
  await seenWithin(KILLS_MS, () => points() >= kills.length);
}

/** Waits until the share of documents exists that the fault was planned for, or for as long as that may take. */
async function progress(stack: Stack, { world }: Script, { name, at }: PlannedFault): Promise<void> {
  const { pacedBy } = FAULTS[name];
  const expected = pacedBy === 'documents' ? world.transfers + world.orders : world[pacedBy];
  const wanted = Math.max(Math.floor(expected * at), at === 0 ? 0 : 1);
  await seenWithin(PROGRESS_MS, async () => {
    const { transfers, orders } = await stack.outside.counts();
    // The sandbox has three transfer orders of its own, made before the hub came.
    const hubs = transfers - HISTORY;
    return (pacedBy === 'transfers' ? hubs : pacedBy === 'orders' ? orders : hubs + orders) >= wanted;
  });
}
const HISTORY = 3;

/** Everything answers again and nothing more is planned. */
async function heal(stack: Stack): Promise<void> {
  thaw(stack);
  await stack.outside.heal();
  for (const worker of stack.workers) {
    worker.nextLives.splice(0);
    // Its kill point was not reached; it must not be from now on.
    if (worker.special()) await worker.stop('SIGTERM');
  }
  await Promise.all([stack.redis?.process.ready(), stack.api.start(), ...stack.workers.map((one) => one.start())]);
}
