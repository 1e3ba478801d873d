import type { Answers } from './answers.ts';
import { badValue } from './errors.ts';
import type { BalanceCall } from './query/balance-call.ts';
import type { Entity } from './schema/entity.ts';
import type { Flavour } from './schema/flavours.ts';
import { physicalStock, stockLimits } from './schema/registers.ts';
import { EMPTY_GUID, isGuid, type Row } from './values.ts';
import type { World } from './world.ts';

/** Where answers and writes meet the traps of `gotchas.ts` that need more than one word. */

const LIMIT_METHOD = 'ПоддержаниеЗапасаМинМакс';

const int64Names = new WeakMap<Flavour, Set<string>>();

function int64Of(flavour: Flavour): Set<string> {
  const known = int64Names.get(flavour);
  if (known) return known;
  const names = new Set(
    [...flavour.schema.values()].flatMap(({ properties, sections }) =>
      [properties, ...sections.values()].flatMap((all) =>
        [...all.values()].filter(({ edm }) => edm === 'Int64').map(({ name }) => name),
      ),
    ),
  );
  int64Names.set(flavour, names);
  return names;
}

/** Trap 1: Int64 and counts go out as text; switched off, as numbers. */
export function intsAsTheyAre(answers: Answers, { flavour, gotchas }: World): Answers {
  const int64 = int64Of(flavour);
  const holds = (row: Row): boolean =>
    Object.entries(row).some(([name, value]) => (Array.isArray(value) ? value.some(holds) : int64.has(name)));
  const numbers = (row: Row): Row =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.map(numbers) : int64.has(name) ? Number(value) : value,
      ]),
    );
  const shown = (rows: Row[]) => {
    if (!rows.some(holds)) return rows;
    return gotchas.strikes(1) ? rows : rows.map(numbers);
  };
  return {
    ...answers,
    collection: (set, rows, count) => answers.collection(set, shown(rows), count),
    object: (set, row, options) => answers.object(set, shown([row])[0]!, options),
  };
}

/** Traps 11 and 12 of a question about balances. */
export function balanceQuestion(call: BalanceCall, { gotchas }: World): BalanceCall {
  const bare = /(?<![\p{L}_])Склад eq (guid'[^']+')/gu;
  let { condition, period } = call;
  if (condition !== null && (bare.test(condition) || condition.includes('cast('))) {
    if (!gotchas.strikes(11)) condition = condition.replace(bare, "Склад eq cast($1,'Catalog_Склады')");
  }
  if (period !== null && !gotchas.strikes(12)) period = null;
  return { ...call, condition, period };
}

/** Trap 13: what lies on the shelf is not what is free of orders; switched off, both registers say the same. */
export function shelfRows(entity: Entity, rows: Row[], { gotchas }: World): Row[] {
  if (entity !== physicalStock || gotchas.strikes(13)) return rows;
  return rows.map((row) => ({ ...row, ВНаличииBalance: Number(row.ВНаличииBalance) - Number(row.КОтгрузкеBalance) }));
}

/** Traps 17 and 24: rows in a list that a careless client takes for good. */
export function listedRows(entity: Entity, rows: Row[], { gotchas, flavour }: World): Row[] {
  const plain = rows.filter((row) => row.IsFolder !== true && row.DeletionMark !== true);
  if (plain.length < rows.length && !gotchas.strikes(17)) return plain;
  if (entity.name !== stockLimits.name) return rows;
  const own = rows.filter(
    (row) =>
      row.ЭтоДействующийПараметр === true &&
      row.МетодОбеспеченияПотребностей === LIMIT_METHOD &&
      (row[flavour.limitGroup] ?? EMPTY_GUID) === EMPTY_GUID,
  );
  return own.length === rows.length || gotchas.strikes(24) ? rows : own;
}

/** Trap 16: `Code` of a catalog that has none is an error; switched off, it is there and empty. */
export function codeless(entity: Entity, select: string | null, { gotchas }: World): string | null {
  const names = select?.split(',').map((name) => name.trim()) ?? [];
  if (!names.includes('Code') || entity.properties.has('Code') || gotchas.strikes(16)) return select;
  return names.filter((name) => name !== 'Code').join(',') || '*';
}

/** Trap 7: references of an order that lead nowhere are stored; switched off, they are refused. */
export function requireReferences({ gotchas, byKey }: World, header: Row, lines: Row[]): void {
  const known = (set: string, ref: unknown) =>
    !isGuid(ref) || ref === EMPTY_GUID || byKey.get(set)?.has(ref.toLowerCase()) === true;
  const wrong = [
    ...['СкладОтправитель_Key', 'СкладПолучатель_Key'].filter((name) => !known('Catalog_Склады', header[name])),
    ...lines.filter((line) => !known('Catalog_Номенклатура', line.Номенклатура_Key)).map(() => 'Номенклатура_Key'),
  ];
  if (wrong.length > 0 && !gotchas.strikes(7)) throw badValue('ссылка в никуда', wrong[0]!);
}
