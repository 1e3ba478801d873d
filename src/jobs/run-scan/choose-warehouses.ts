import { refused } from '../../shared/errors/outcome.ts';
import type { Donor, Key, Warehouse } from '../../shared/planning/types.ts';

export interface WarehouseChoice {
  /** Configured recipients; NULL: every warehouse with limits that is no donor. */
  recipients: readonly string[] | null;
  /** Configured donors in order; empty: nothing is transferred. */
  donors: readonly string[];
  /** What this run was asked for: a 1C key or a name; NULL: all recipients. */
  asked: string | null;
}

/**
 * Turns names and keys into warehouses of 1C. Refuses, listing what exists, when a name is not there: planning
 * without a donor would order outside what could have been moved.
 */
export function chooseWarehouses(
  choice: WarehouseChoice,
  seen: { warehouses: Warehouse[]; withLimits: Set<Key> },
): { recipients: Warehouse[]; donors: Warehouse[] } {
  const find = (nameOrKey: string) => {
    const wanted = fold(nameOrKey);
    return seen.warehouses.find((one) => fold(one.name) === wanted || one.key === wanted);
  };
  const existing = seen.warehouses.map((one) => `«${one.name}»`).join(', ') || 'ни одного';
  const must = (nameOrKey: string, variable: string) => {
    const found = find(nameOrKey);
    if (found !== undefined) return found;
    throw refused({
      code: 'unknown-warehouse',
      system: '1c',
      message: `В 1С нет склада «${nameOrKey}» (${variable}). Есть: ${existing}. Исправьте название или ключ.`,
      details: { asked: nameOrKey, variable, existing: seen.warehouses.map((one) => one.name) },
    });
  };

  const donors = choice.donors.map((name) => must(name, 'DONOR_WAREHOUSES'));
  const isDonor = new Set(donors.map((donor) => donor.key));
  const configured =
    choice.recipients?.map((name) => must(name, 'RECIPIENT_WAREHOUSES')) ??
    seen.warehouses.filter((one) => seen.withLimits.has(one.key) && !isDonor.has(one.key));
  if (choice.asked === null) return { recipients: configured, donors };

  const asked = must(choice.asked, 'warehouse_id');
  if (isDonor.has(asked.key)) {
    throw refused({
      code: 'warehouse-is-donor',
      system: '1c',
      message: `Склад «${asked.name}» — донор: его не пополняют, с него берут. Получатели: ${configured.map((one) => `«${one.name}»`).join(', ')}.`,
      details: { asked: asked.name },
    });
  }
  return { recipients: [asked], donors };
}

/** Marks the donors that give all or nothing, each named as it is among the configured donors. */
export function withWholeOnly(donors: Warehouse[], { wholeOnly }: { wholeOnly: readonly string[] }): Donor[] {
  const names = new Set(wholeOnly.map(fold));
  return donors.map((donor) =>
    names.has(fold(donor.name)) || names.has(donor.key) ? { ...donor, wholeOnly: true } : donor,
  );
}

const fold = (text: string) => text.trim().toLocaleLowerCase('ru');
