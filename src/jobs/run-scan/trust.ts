import type { Config } from '../../shared/config/config.ts';
import type { Tx } from '../../shared/db/database.ts';
import { refused } from '../../shared/errors/outcome.ts';
import type { JournalEntry } from '../../shared/journal/journal.ts';
import type { Snapshot } from '../../shared/onec/port.ts';
import type { Key, Warehouse } from '../../shared/planning/types.ts';
import { type Doubt, judgeSnapshot, type WarehouseCount } from './judge-snapshot.ts';
import { countSnapshot, readCounts, rememberCounts } from './snapshot-memory.ts';

/** What of a snapshot may be planned with. */
export interface Trust {
  /** Warehouses that 1C told a part of. With `force` they are planned all the same. */
  doubts: Doubt[];
  force: boolean;
  /** Recipients that are planned. */
  recipients: Warehouse[];
  /** Donors that nothing is taken from. */
  unreadable: ReadonlySet<Key>;
  counts: WarehouseCount[];
}

export interface Trusting {
  run: { force: boolean; warehouse: string | null };
  snapshot: Snapshot;
  config: Pick<Config, 'warehouses' | 'safety'>;
}

/** Compares the snapshot with the last trusted one. Refuses (`snapshot-partial`) when no recipient can be planned. */
export async function trustSnapshot(tx: Tx, { run, snapshot, config }: Trusting): Promise<Trust> {
  const { force } = run;
  const counts = countSnapshot(snapshot);
  const doubts = judgeSnapshot({
    before: await readCounts(tx),
    now: counts,
    existing: snapshot.warehouses,
    everyRecipient: run.warehouse === null && config.warehouses.recipients === null,
    minShare: config.safety.minShare,
  });
  const doubted = new Set(force ? [] : doubts.map(({ warehouse }) => warehouse.key));
  const recipients = snapshot.recipients.filter(({ key }) => !doubted.has(key));
  if (!force && doubts.length > 0 && recipients.length === 0) {
    throw refused({
      code: 'snapshot-partial',
      system: '1c',
      message: `1С ответила не полностью, планировать нечего: ${doubts.map(({ text }) => text).join('; ')}. ${HOW_TO_FORCE}`,
      details: { doubts },
    });
  }
  const unreadable = new Set(snapshot.donors.map(({ key }) => key).filter((key) => doubted.has(key)));
  return { doubts, force, recipients, unreadable, counts };
}

/** Remembers what was trusted; what was doubted keeps its earlier measure until a person forces a run. */
export async function rememberTrusted(tx: Tx, runId: string, { doubts, force, counts }: Trust): Promise<void> {
  const doubted = new Set(doubts.map(({ warehouse }) => warehouse.key));
  const gone = doubts.filter(({ code }) => code === 'warehouse-absent' || code === 'no-limits');
  await rememberCounts(tx, {
    runId,
    counts: force ? counts : counts.filter(({ key }) => !doubted.has(key)),
    forget: force ? gone.map(({ warehouse }) => warehouse.key) : [],
  });
}

/** Each doubt as a Russian sentence that says what follows from it. */
export function doubtWarnings({ doubts, force }: Trust): string[] {
  return doubts.map((doubt) => {
    const told = `${doubt.text.charAt(0).toUpperCase()}${doubt.text.slice(1)}.`;
    if (force) return `${told} Учтено как есть: проверку снял человек (force).`;
    return `${told} ${consequence(doubt)} ${HOW_TO_FORCE}`;
  });
}

export function doubtEntries(runId: string, trust: Trust): JournalEntry[] {
  return doubtWarnings(trust).map((message, index) => {
    const { code, warehouse, role, before, now } = trust.doubts[index]!;
    return {
      level: 'warning',
      system: '1c',
      step: 'snapshot',
      status: trust.force ? 'ok' : 'skipped',
      runId,
      message,
      details: { code, warehouse_key: warehouse.key, warehouse: warehouse.name, role, before, now, force: trust.force },
    };
  });
}

const HOW_TO_FORCE = 'Если данные верны, запустите проверку с force (hub scan --force).';

function consequence({ code, role, warehouse }: Doubt): string {
  if (code === 'warehouse-absent' || code === 'no-limits') return 'Склад не пополняется.';
  return role === 'recipient'
    ? `Склад «${warehouse.name}» в этот раз не пополняется.`
    : `Со склада «${warehouse.name}» ничего не берётся, заказы в МойСклад ждут утверждения.`;
}
