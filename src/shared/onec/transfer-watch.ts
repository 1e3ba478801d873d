import { z } from 'zod';
import { OutcomeError } from '../errors/outcome.ts';
import type { Key, Milli } from '../planning/types.ts';
import type { Collections } from './collections.ts';
import type { OneCSettings } from './config.ts';
import type { LocalDates } from './dates.ts';
import { NOT_FOUND } from './errors.ts';
import type { OneCHttp } from './http.ts';
import { address, call, entity, KEYS_IN_A_QUERY } from './odata.ts';
import type { CallOptions, SeenTransfer } from './port.ts';
import { key, milli, readRow, readRows } from './schema.ts';
import { stateOf, TRANSFERS, transferRow } from './transfer-document.ts';

/** «Заказы на перемещение»: what of each order's line no «Перемещение товаров» was made for yet. */
export const TRANSFER_ORDERS_REGISTER = 'AccumulationRegister_ЗаказыНаПеремещение';

/** Int64: 1C writes it in quotes. */
const lineCode = z.union([z.string(), z.number()]).transform(String);

const watchedRow = transferRow.extend({
  DataVersion: z.string(),
  Статус: z.string(),
  Товары: z.array(transferRow.shape.Товары.element.extend({ КодСтроки: lineCode, ВариантОбеспечения: z.string() })),
});
type WatchedRow = z.infer<typeof watchedRow>;
type WatchedLine = WatchedRow['Товары'][number];
const select = Object.keys(watchedRow.shape);

const openRow = z.object({ ЗаказНаПеремещение_Key: key, КодСтроки: lineCode, КОформлениюBalance: milli });

/** Statuses in which a line that ships stands in the register. «Закрыт» is the normal one where statuses are switched off. */
const SHIPPING = new Set(['КВыполнению', 'Закрыт']);

interface Deps {
  http: OneCHttp;
  collections: Collections;
  dates: LocalDates;
  settings: OneCSettings;
}

/**
 * Reads many transfer orders and how far each has got. The register is read whole, in one request: it holds open orders
 * only, and each call of a virtual table costs 1C seconds however few rows it returns. See `OneC.readTransfers`.
 */
export function createTransferWatch({ http, collections, dates, settings }: Deps) {
  async function byKeys(keys: readonly Key[], options?: CallOptions): Promise<Map<Key, WatchedRow>> {
    const found = new Map<Key, WatchedRow>();
    await inTurns(chunks(keys), settings.concurrency, async (part) => {
      for (const row of await collections.byKeys(TRANSFERS, part, { select }, watchedRow, options)) {
        if (part.includes(row.Ref_Key)) found.set(row.Ref_Key, row);
      }
    });
    // A list that leaves a document out is no proof: only 404 code 9 about the document itself says that it is gone.
    const missing = keys.filter((one) => !found.has(one));
    await inTurns(missing, settings.concurrency, async (one) => {
      const row = await byKey(one, options);
      if (row) found.set(one, row);
    });
    return found;
  }

  async function byKey(ref: Key, options?: CallOptions): Promise<WatchedRow | null> {
    try {
      return readRow(TRANSFERS, watchedRow, await http.get(TRANSFERS, address(entity(TRANSFERS, ref)), options));
    } catch (error) {
      if (error instanceof OutcomeError && error.code === NOT_FOUND) return null;
      throw error;
    }
  }

  /** Balance by document and line code; a line that is absent has none. */
  async function readOpen(options?: CallOptions): Promise<Map<string, Milli>> {
    const path = `${TRANSFER_ORDERS_REGISTER}/${call('Balance', { Dimensions: "'ЗаказНаПеремещение,КодСтроки'" })}`;
    const answer = await http.get(TRANSFER_ORDERS_REGISTER, address(path), {
      timeoutMs: settings.balanceTimeoutMs,
      ...options,
    });
    const open = new Map<string, Milli>();
    for (const row of readRows(TRANSFER_ORDERS_REGISTER, openRow, answer)) {
      const place = `${row.ЗаказНаПеремещение_Key} ${row.КодСтроки}`;
      open.set(place, (open.get(place) ?? 0) + row.КОформлениюBalance);
    }
    return open;
  }

  return async (keys: readonly Key[], options?: CallOptions): Promise<Map<Key, SeenTransfer>> => {
    const rows = await byKeys([...new Set(keys)], options);
    if (rows.size === 0) return new Map();
    const open = await readOpen(options);
    const left = (row: WatchedRow, line: WatchedLine) => open.get(`${row.Ref_Key} ${line.КодСтроки}`) ?? 0;
    // An order unposted after it was read, and before the register was, would look as if all its goods had come.
    const doubtful = [...rows.values()].filter((row) =>
      row.Товары.some((line) => (row.Posted ? left(row, line) <= 0 : left(row, line) > 0)),
    );
    const again = await byKeys(
      doubtful.map((row) => row.Ref_Key),
      options,
    );
    const changed = new Set(doubtful.filter((row) => again.get(row.Ref_Key)?.DataVersion !== row.DataVersion));
    const receivedOf = (row: WatchedRow, line: WatchedLine) =>
      changed.has(row) ? null : takenOver(row, line, left(row, line));
    return new Map([...rows].map(([ref, row]) => [ref, seenOf(row, receivedOf, dates)]));
  };
}

function seenOf(
  row: WatchedRow,
  receivedOf: (row: WatchedRow, line: WatchedLine) => Milli | null,
  dates: LocalDates,
): SeenTransfer {
  const state = stateOf(row, dates);
  const lines = state.lines.map((line, index) => ({ ...line, received: receivedOf(row, row.Товары[index]!) }));
  return { ...state, lines };
}

/**
 * The register holds what the order itself brings in less what was taken over. An order that is not posted brings in
 * nothing, and what was taken over stays. Of lines that do not ship it is not known what they bring in.
 */
function takenOver({ Posted, Статус }: WatchedRow, line: WatchedLine, left: Milli): Milli | null {
  const ships = line.ВариантОбеспечения === 'Отгрузить' && SHIPPING.has(Статус);
  if (Posted && !line.Отменено && !ships) return null;
  const broughtIn = Posted && !line.Отменено ? line.Количество : 0;
  return Math.max(0, broughtIn - left);
}

function chunks(keys: readonly Key[]): Key[][] {
  const parts: Key[][] = [];
  for (let at = 0; at < keys.length; at += KEYS_IN_A_QUERY) parts.push(keys.slice(at, at + KEYS_IN_A_QUERY));
  return parts;
}

/** At most `places` at a time, so that hundreds of reads do not stand before the one document that is being made. */
async function inTurns<T>(items: readonly T[], places: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  await Promise.all(
    Array.from({ length: Math.min(places, items.length) }, async () => {
      for (const item of rest) await work(item);
    }),
  );
}
