import { describeSkip } from '../../shared/planning/difference-text.ts';
import { groupDocuments } from '../../shared/planning/documents.ts';
import { explain } from '../../shared/planning/explain.ts';
import { formatMilli } from '../../shared/planning/quantity.ts';
import type { Key, Milli } from '../../shared/planning/types.ts';
import type { StoredLine } from '../../shared/runs/stored-lines.ts';
import { type Column, layOut } from './text-table.ts';
import { plain, wrap } from './text-width.ts';

export interface PlanTableOptions {
  /** Columns of the terminal that the table has to fit in. */
  width: number;
  /** True: under each line the sentences that explain it. */
  why: boolean;
}

const COLUMNS: Column[] = [
  { title: 'Артикул', align: 'left', least: 10 },
  { title: 'Товар', align: 'left', least: 14 },
  { title: 'Есть', align: 'right' },
  { title: 'Ждём', align: 'right' },
  { title: 'Мин', align: 'right' },
  { title: 'Макс', align: 'right' },
  { title: 'Заказ', align: 'right' },
  { title: 'Ед', align: 'left', least: 4 },
  { title: 'Откуда', align: 'left', least: 16 },
];
const INDENT = '  ';

/** The plan as a table, a part for each warehouse. Numbers stand under one another through all parts. */
export function planTable(lines: StoredLine[], { width, why }: PlanTableOptions): string[] {
  const rows = new Map(lines.map((line) => [line, cellsOf(line)]));
  const table = layOut(COLUMNS, [...rows.values()], width - INDENT.length);
  const parts = new Map<Key, StoredLine[]>();
  for (const line of lines) {
    const part = parts.get(line.recipientKey);
    if (part === undefined) parts.set(line.recipientKey, [line]);
    else part.push(line);
  }
  return [...parts.values()].flatMap((part) => [
    '',
    `${plain(part[0]!.names.recipientName)}: строк ${part.length}`,
    INDENT + table.head,
    ...part.flatMap((line) => [
      INDENT + table.row(rows.get(line)!),
      ...(why ? wrap(explained(line), width - 2 * INDENT.length).map((text) => INDENT + INDENT + text) : []),
    ]),
  ]);
}

/** What the plan comes to, and the documents that would carry it out. */
export function planTotals(lines: StoredLine[], scope: 'item' | 'route'): string[] {
  const of = (...outcomes: StoredLine['outcome'][]) => lines.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const documents = groupDocuments({ lines }, scope);
  const transfers = documents.filter(({ kind }) => kind === 'transfer').length;
  return [
    `Итого: строк ${lines.length}, заказать ${of('transfer', 'order', 'mixed')}, уже ожидается ${of('covered')}, заказать нельзя ${of('unmet')}.`,
    `Документы: перемещений ${transfers}, заказов в МойСклад ${documents.length - transfers} (DOCUMENT_SCOPE=${scope}).`,
  ];
}

function cellsOf({ names, why, takes, order }: StoredLine): string[] {
  const name = names.characteristicName === '' ? names.itemName : `${names.itemName}, ${names.characteristicName}`;
  const total = takes.reduce((sum, take) => sum + take.quantity, order);
  return [
    names.article,
    name,
    number(why.free),
    number(why.onOrder + why.hubExpected),
    number(why.minimum),
    why.maximum === null ? '—' : number(why.maximum),
    total === 0 ? '—' : number(total),
    names.unit,
    sourcesOf({ why, takes, order }),
  ];
}

function sourcesOf({ why, takes, order }: Pick<StoredLine, 'why' | 'takes' | 'order'>): string {
  if (why.skipped !== null) return describeSkip(why.skipped, 'ru');
  const donor = (key: string) => why.donors.find((step) => step.donorKey === key)?.donorName ?? key;
  const parts = takes.map(({ donorKey, quantity }) => `${donor(donorKey)} ${number(quantity)}`);
  return [...parts, ...(order > 0 ? [`МойСклад ${number(order)}`] : [])].join(', ');
}

function explained({ why, names: { recipientName, itemName, unit } }: StoredLine): string {
  const donorNames = Object.fromEntries(why.donors.map(({ donorKey, donorName }) => [donorKey, donorName]));
  return explain({ why }, { recipientName, itemName, unit, donorNames }, 'ru');
}

const number = (milli: Milli) => formatMilli(milli, 'ru');
