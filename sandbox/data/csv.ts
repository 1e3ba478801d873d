import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { Dataset, DatasetItem, DatasetStock, DatasetWarehouse } from './dataset.ts';

const required = ['article', 'name', 'warehouse', 'stock', 'min', 'max'] as const;
const columns = [...required, 'pack'] as const;
type Column = (typeof columns)[number];

const DONORS = new Set(['бестужевых', 'контейнер']);
const MAX_QUANTITY = 999_999_999;

/**
 * Reads a dataset from a CSV file: columns article, name, warehouse, stock, min, max and, if wanted, pack; separator comma or
 * semicolon (then a decimal comma is allowed), UTF-8 with or without BOM. One line is one item on one warehouse.
 * The warehouses «Бестужевых» and «Контейнер» are donors, all others shops. Throws one error that lists every problem.
 */
export async function loadCsvDataset(path: string): Promise<Dataset> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why =
      error.code === 'ENOENT'
        ? 'такого файла нет; проверьте путь'
        : `файл не прочитан (${error.code ?? error.message})`;
    throw new Error(`${path}: ${why}`, { cause: error });
  });
  return parseCsvDataset(text, path);
}

/** The same from text; `source` names it in errors. */
export function parseCsvDataset(text: string, source = 'CSV'): Dataset {
  if (text.includes('\uFFFD')) throw new Error(`${source}: файл не в UTF-8; сохраните его как «CSV UTF-8»`);
  const problems: string[] = [];
  const { delimiter, rows } = split(text, source, problems);
  const lines = rows.map(({ values, line }) => readLine(values, line, delimiter, problems));
  const dataset = assemble(
    lines.filter((one) => one !== null),
    problems,
  );
  if (rows.length === 0 && problems.length === 0) problems.push('нет ни одной строки с данными');
  if (problems.length > 0) throw new Error(`${source}: ошибок ${problems.length}\n${problems.join('\n')}`);
  return dataset;
}

interface Line {
  line: number;
  article: string;
  name: string;
  warehouse: string;
  stock: number;
  min: number | null;
  max: number | null;
  pack: number | null;
}

type Values = Record<Column, string>;

interface CsvRecord {
  record: string[];
  info: { lines: number };
}

/** Where the whole cannot be read, for an open quote, each line by itself: one bad line does not hide the others. */
function readRecords(text: string, delimiter: string, problems: string[]): CsvRecord[] {
  const options = { delimiter, info: true, relax_column_count: true, skip_empty_lines: true, trim: true };
  const read = (part: string) => parse(part, options) as unknown as CsvRecord[];
  try {
    return read(text);
  } catch {
    return text.split(/\r?\n/).flatMap((line, index) => {
      try {
        return read(line).map(({ record }) => ({ record, info: { lines: index + 1 } }));
      } catch (error) {
        const why = error instanceof Error && 'code' in error && error.code === 'CSV_QUOTE_NOT_CLOSED';
        problems.push(`строка ${index + 1}: ${why ? 'кавычка не закрыта' : 'кавычки стоят не по правилам CSV'}`);
        return [];
      }
    });
  }
}

function split(
  text: string,
  source: string,
  problems: string[],
): { delimiter: string; rows: { values: Values; line: number }[] } {
  const clean = text.replace(/^\uFEFF/, '');
  const heading = clean.split(/\r?\n/, 1)[0] ?? '';
  const delimiter = heading.includes(';') ? ';' : ',';
  const records = readRecords(clean, delimiter, problems);
  const names = (records[0]?.record ?? []).map((name) => name.toLowerCase());
  const missing = required.filter((name) => !names.includes(name));
  const unknown = names.filter((name) => !columns.includes(name as Column));
  if (missing.length > 0 || unknown.length > 0) {
    const complaint = [
      missing.length > 0 ? `нет столбцов ${missing.join(', ')}` : '',
      unknown.length > 0 ? `лишние столбцы ${unknown.map((name) => `«${name}»`).join(', ')}` : '',
    ];
    throw new Error(
      `${source}: строка 1: ${complaint.filter(Boolean).join('; ')}; допустимы ${columns.join(', ')} (pack — по желанию)`,
    );
  }
  const isWhole = ({ record, info }: CsvRecord) => {
    // A spreadsheet may end its lines with empty cells beyond the table.
    const extra = record.slice(names.length).some((value) => value !== '');
    if (record.length >= names.length && !extra) return true;
    problems.push(`строка ${info.lines}: столбцов ${record.length}, а в заголовке ${names.length}`);
    return false;
  };
  const rows = records
    .slice(1)
    .filter(isWhole)
    .map(({ record, info }) => ({
      line: info.lines,
      values: Object.fromEntries(columns.map((name) => [name, record[names.indexOf(name)] ?? ''])) as Values,
    }));
  return { delimiter, rows };
}

function readLine(values: Values, line: number, delimiter: string, problems: string[]): Line | null {
  const before = problems.length;
  const complain = (column: Column, allowed: string) =>
    problems.push(`строка ${line}, столбец ${column}: «${values[column]}» — ${allowed}`);
  for (const column of ['article', 'name', 'warehouse'] as const)
    if (values[column] === '') complain(column, 'не может быть пустым');
  const quantity = (column: Column, lowest: number): number | null => {
    const text = values[column].replace(/[\s\u00a0]/g, '');
    if (text === '') return null;
    const plain = delimiter === ';' ? text.replace(',', '.') : text;
    const value = Number(plain);
    if (!/^-?\d+(\.\d{1,3})?$/.test(plain) || value < lowest || value > MAX_QUANTITY) {
      const decimal = delimiter === ';' ? 'точкой или запятой' : 'точкой';
      const from = Number.isFinite(lowest) ? `не меньше ${lowest}, ` : '';
      complain(column, `нужно число ${from}не больше трёх знаков после разделителя (${decimal})`);
      return null;
    }
    return value;
  };
  const stock = quantity('stock', Number.NEGATIVE_INFINITY);
  if (values.stock === '') complain('stock', 'нужно число');
  const [min, max, pack] = [quantity('min', 0), quantity('max', 0), quantity('pack', 0.001)];
  if (min === null && max !== null && values.min === '') complain('min', 'нужен минимум, если указан максимум');
  if (min !== null && max !== null && max < min) complain('max', `не может быть меньше min (${values.min})`);
  if (problems.length > before || stock === null) return null;
  return { line, article: values.article, name: values.name, warehouse: values.warehouse, stock, min, max, pack };
}

function assemble(lines: Line[], problems: string[]): Dataset {
  const warehouses = new Map<string, DatasetWarehouse>();
  const items = new Map<string, DatasetItem & { line: number }>();
  const stock = new Map<string, DatasetStock & { line: number }>();
  for (const one of lines) {
    const kind = DONORS.has(one.warehouse.toLowerCase()) ? 'donor' : 'shop';
    const warehouse = getOrMake(warehouses, one.warehouse, () => ({
      ...{ key: guidOf(`warehouse:${one.warehouse}`), name: one.warehouse, kind },
    }));
    const item = getOrMake(items, one.article, () => newItem(one, items.size));
    if (item.name !== one.name)
      problems.push(
        `строка ${one.line}, столбец name: «${one.name}» — у артикула ${one.article} в строке ${item.line} другое имя «${item.name}»`,
      );
    if ((item.pack?.size ?? null) !== one.pack)
      problems.push(
        `строка ${one.line}, столбец pack: «${one.pack ?? ''}» — у артикула ${one.article} в строке ${item.line} указано «${item.pack?.size ?? ''}», упаковка у товара одна`,
      );
    if (!Number.isInteger(one.stock) || !Number.isInteger(one.min ?? 0) || !Number.isInteger(one.max ?? 0)) {
      item.wholeUnits = false;
      item.unit = 'кг';
    }
    const id = `${warehouse.key}|${item.key}`;
    const earlier = stock.get(id);
    if (earlier)
      problems.push(
        `строка ${one.line}, столбец article: «${one.article}» — уже есть на складе ${one.warehouse} в строке ${earlier.line}`,
      );
    else
      stock.set(id, {
        ...{ line: one.line, warehouseKey: warehouse.key, itemKey: item.key, reserved: 0, onOrder: 0 },
        ...{ onHand: one.stock, minimum: one.min, maximum: one.max },
      });
  }
  const withoutLine = <T extends { line: number }>({ line: _line, ...rest }: T) => rest;
  return {
    seed: 0,
    warehouses: [...warehouses.values()],
    items: [...items.values()].map(withoutLine),
    stock: [...stock.values()].map(withoutLine),
  };
}

function newItem({ article, name, pack, line }: Line, index: number): DatasetItem & { line: number } {
  return {
    ...{ line, key: guidOf(`item:${article}`), code: `00-${String(index + 101).padStart(8, '0')}`, article, name },
    ...{ unit: 'шт', wholeUnits: true, priceRoubles: 100 },
    pack: pack === null ? null : { key: guidOf(`pack:${article}`), name: `Упаковка (${pack})`, size: pack },
    moysklad: { matches: 1, as: 'product' },
  };
}

/** The same name gives the same key on every load. */
function guidOf(name: string): string {
  const hex = createHash('sha1').update(`csv:${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function getOrMake<V>(map: Map<string, V>, key: string, make: () => V): V {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}
