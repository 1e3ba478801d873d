import type { Dataset, DatasetItem, DatasetWarehouse } from '../data/dataset.ts';
import { createDistribution, type Distribution } from './distribution.ts';
import type { Gotchas } from './gotchas.ts';
import { createMirrors } from './mirrors.ts';
import { createRegister, type Movement, type Register } from './register.ts';
import type { Flavour } from './schema/flavours.ts';
import { physicalStock, stockAndNeeds, transferOrders } from './schema/registers.ts';
import { dataVersion, type Row } from './values.ts';

/** A transfer order as stored: header properties and its tabular sections. */
export interface TransferDocument {
  key: string;
  header: Row;
  lines: Row[];
  additional: Row[];
  /** Movements that posting made; reversed by unposting. */
  movements: Movement[];
  /** What has arrived at the recipient, by КодСтроки. */
  received: Map<number, number>;
  /** How often the document was POSTed as a new one under this key, duplicates included. */
  posts: number;
}

/** Everything this 1C base holds, in memory. */
export interface World {
  /** Release of the configuration; an update changes it. */
  flavour: Flavour;
  gotchas: Gotchas;
  /** Independent objects by entity set: catalogs, «Товарные ограничения», barcodes. */
  sets: Map<string, Row[]>;
  /** Catalog objects by entity set and key. */
  byKey: Map<string, Map<string, Row>>;
  transfers: Map<string, TransferDocument>;
  /** What the sandbox itself counts by, in whatever release. */
  registers: { stock: Register; physical: Register; orders: Register };
  /** Every register with a balance, by entity set name. */
  balances: ReadonlyMap<string, Register>;
  distribution: Distribution;
  items: Map<string, DatasetItem>;
  warehouses: Map<string, DatasetWarehouse>;
  /** Next `DataVersion`. */
  nextVersion(): string;
  /** Next document number of the year of `date`. */
  nextNumber(date: string): string;
}

export function createWorld(dataset: Dataset, flavour: Flavour, gotchas: Gotchas, now: () => string): World {
  let version = 0x4200;
  const numbers = new Map<string, number>();
  const mirrors = createMirrors();
  const stock = mirrors.follow(createRegister(stockAndNeeds, 'Склад'));
  const physical = mirrors.follow(createRegister(physicalStock, 'Склад_Key'));
  const orders = createRegister(transferOrders, 'ЗаказНаПеремещение_Key');
  return {
    flavour,
    gotchas,
    sets: new Map(),
    byKey: new Map(),
    transfers: new Map(),
    registers: { stock, physical, orders },
    balances: new Map([stock, physical, orders, ...mirrors.registers].map((one) => [one.entity.name, one])),
    distribution: createDistribution(stock, now),
    items: new Map(dataset.items.map((item) => [item.key, item])),
    warehouses: new Map(dataset.warehouses.map((warehouse) => [warehouse.key, warehouse])),
    nextVersion() {
      version += 1;
      return dataVersion(version);
    },
    nextNumber(date) {
      const year = date.slice(0, 4);
      const number = (numbers.get(year) ?? 0) + 1;
      numbers.set(year, number);
      return `ТД00-${String(number).padStart(6, '0')}`;
    },
  };
}

/** Files a row under its set and, for objects, under its key. */
export function addObject(world: World, set: string, row: Row): void {
  const rows = world.sets.get(set) ?? [];
  rows.push(row);
  world.sets.set(set, rows);
  if (typeof row.Ref_Key !== 'string') return;
  const keyed = world.byKey.get(set) ?? new Map<string, Row>();
  keyed.set(row.Ref_Key, row);
  world.byKey.set(set, keyed);
}
