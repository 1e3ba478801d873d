import { type Pass, type ReconcileDeps, reconcileSystem } from '../jobs/reconcile/pass.ts';
import { readConfig } from '../shared/config/config.ts';
import { environment } from '../shared/config/environment.ts';
import { findOutcome, type OutsideSystem } from '../shared/errors/outcome.ts';
import { createLog } from '../shared/log/log.ts';
import { createLifecycle } from '../workers/lifecycle.ts';
import { openServices } from './services.ts';

/**
 * `hub reconcile`: compares open documents with 1C and МойСклад now, here, and prints what was found. Exit code 1 when a
 * system could not be read: then nothing of it was changed.
 */
export async function reconcile(): Promise<void> {
  const config = readConfig(environment());
  const log = createLog({ level: 'error', pretty: Boolean(process.stderr.isTTY), name: 'reconcile', destination: 2 });
  const lifecycle = createLifecycle(log);
  try {
    const services = await openServices(config, lifecycle, log);
    for (const system of ['1c', 'moysklad'] as const) {
      if (!(await reconcileAndPrint(services, system))) process.exitCode = 1;
    }
  } finally {
    await lifecycle.stop(10_000);
  }
}

const names: Record<OutsideSystem, string> = { '1c': '1C', moysklad: 'МойСклад' };

/** False when the system could not be read. */
async function reconcileAndPrint(deps: ReconcileDeps, system: OutsideSystem): Promise<boolean> {
  let pass: Pass | null;
  try {
    pass = await reconcileSystem(deps, system);
  } catch (error) {
    const outcome = findOutcome(error);
    if (outcome === undefined) throw error;
    console.error(`${names[system]}: could not be read, nothing was changed. ${outcome.message} [${outcome.code}]`);
    return false;
  }
  if (pass === null) {
    console.log(`${names[system]}: another process is comparing right now; its findings are in the journal.`);
    return true;
  }
  const { documents, findings } = pass;
  console.log(`${names[system]}: documents compared ${documents}, findings ${findings.length}.`);
  if (findings.length > 0) console.table(findings.map(toRow));
  return true;
}

function toRow({ row, finding }: Pass['findings'][number]) {
  return {
    document: row.externalNumber ?? row.id,
    recipient: row.recipientName,
    what: finding.change.kind === 'close' ? `close: ${finding.change.reason}` : finding.change.kind,
    message: finding.message,
  };
}
