import { HandBack } from '../../shared/errors/hand-back.ts';
import { findOutcome, type OutsideSystem } from '../../shared/errors/outcome.ts';
import type { Log } from '../../shared/log/log.ts';
import { type ReconcileDeps, reconcileSystem } from '../reconcile/pass.ts';

/** Reconciling may take this long from a scan; then it plans with what the ledger knows. */
const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 250;

export type CatchUpDeps = ReconcileDeps & { log: Log };

/**
 * Reconciles both systems before 1C is read, so that what people deleted, unposted or changed since the last pass is
 * neither counted as expected nor ordered twice. A system that does not answer holds no scan up: the answer has a
 * Russian warning for each one that could not be compared. 1C being down is left to the reading of stock to tell.
 */
export async function catchUp(deps: CatchUpDeps, signal: AbortSignal): Promise<string[]> {
  const systems: OutsideSystem[] = ['1c', 'moysklad'];
  const warnings = await Promise.all(systems.map((system) => catchUpWith(deps, system, signal)));
  return warnings.filter((warning) => warning !== null);
}

async function catchUpWith(deps: CatchUpDeps, system: OutsideSystem, signal: AbortSignal): Promise<string | null> {
  const late = AbortSignal.timeout(PATIENCE_MS);
  const both = AbortSignal.any([signal, late]);
  try {
    // NULL: another process is at it. What it finds is needed here too.
    while ((await reconcileSystem(deps, system, both)) === null) await deps.clock.sleep(LOOK_EVERY_MS, both);
    return null;
  } catch (error) {
    if (signal.aborted) throw new HandBack('stopping', 0);
    const outcome = findOutcome(error);
    if (outcome === undefined && !late.aborted) throw error;
    const cause = late.aborted ? `нет ответа за ${PATIENCE_MS / 1000} с` : withoutStop(outcome!.message);
    deps.log.warn({ event: 'scan.not-reconciled', system, code: late.aborted ? 'late' : outcome!.code });
    return `${START[system]} перед расчётом не сверены (${cause}): что в них изменили вручную после прошлой сверки, в расчёт не вошло.`;
  }
}

const START: Record<OutsideSystem, string> = {
  '1c': 'Перемещения хаба в 1С',
  moysklad: 'Заказы хаба в МойСклад',
};

const withoutStop = (sentence: string) => sentence.replace(/\.$/, '');
