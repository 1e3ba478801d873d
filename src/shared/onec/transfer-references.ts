import { z } from 'zod';
import { untilDoneOrAborted } from '../async/abortable.ts';
import { gather } from '../async/gather.ts';
import type { Clock } from '../clock/clock.ts';
import { findOutcome, OutcomeError } from '../errors/outcome.ts';
import { EMPTY_KEY, type Key } from '../planning/types.ts';
import { CHARACTERISTICS } from './characteristics.ts';
import type { Collections } from './collections.ts';
import { interruptedError, refusedBy1C } from './errors.ts';
import { ITEMS, keepsCharacteristics } from './items.ts';
import { KEYS_IN_A_QUERY } from './odata.ts';
import type { CallOptions, TransferCommand } from './port.ts';
import { key } from './schema.ts';
import { WAREHOUSES } from './warehouses.ts';

const itemRow = z.object({
  Ref_Key: key,
  Description: z.string(),
  IsFolder: z.boolean(),
  DeletionMark: z.boolean(),
  ТипНоменклатуры: z.string(),
  ИспользованиеХарактеристик: z.string(),
});
const warehouseRow = z.object({
  Ref_Key: key,
  Description: z.string(),
  IsFolder: z.boolean(),
  DeletionMark: z.boolean(),
});
const characteristicRow = z.object({ Ref_Key: key, DeletionMark: z.boolean() });

/** Keys that a document refers to. */
interface Referred {
  items: Key[];
  characteristics: Key[];
  warehouses: Key[];
}

/** What 1C has of them. */
interface Found {
  items: Map<Key, z.infer<typeof itemRow>>;
  characteristics: Map<Key, z.infer<typeof characteristicRow>>;
  warehouses: Map<Key, z.infer<typeof warehouseRow>>;
}

/** Types that lie on a shelf; services and sets do not enter the stock registers. */
const GOODS = new Set(['Товар', 'МногооборотнаяТара']);
/** What was right a moment ago need not be asked for every document of a run. */
const KEPT_MS = 60_000;

/**
 * What 1C's own filling check would look up, which an OData write does not run: keys that point nowhere are stored without a
 * word. Refuses with `onec-bad-reference`, naming each line, for an item, warehouse or characteristic that is not there, is
 * a folder or marked for deletion, and where an item kept by characteristic comes without one or the other way round.
 */
export function createReferenceCheck(collections: Collections, { clock }: { clock: Clock }) {
  const passed = new Map<string, number>();

  const lookUp = async <T extends { Ref_Key: Key }>(
    object: string,
    keys: Iterable<Key>,
    schema: z.ZodType<T> & { shape: object },
  ) => {
    const unique = [...new Set(keys)];
    const select = Object.keys(schema.shape);
    const rows = unique.length === 0 ? [] : await collections.byKeys(object, unique, { select }, schema);
    return new Map(rows.map((row) => [row.Ref_Key, row]));
  };

  /** Of documents that are made at the same time, in the same requests. */
  const lookUpTogether = gather(
    async (asked: readonly Referred[]): Promise<Found[]> => {
      const found = {
        items: await lookUp(
          ITEMS,
          asked.flatMap(({ items }) => items),
          itemRow,
        ),
        characteristics: await lookUp(
          CHARACTERISTICS,
          asked.flatMap(({ characteristics }) => characteristics),
          characteristicRow,
        ),
        warehouses: await lookUp(
          WAREHOUSES,
          asked.flatMap(({ warehouses }) => warehouses),
          warehouseRow,
        ),
      };
      return asked.map(() => found);
    },
    // What 1C refuses may be one document's fault.
    { most: KEYS_IN_A_QUERY, apart: (error) => findOutcome(error)?.outcome === 'refused' },
  );

  const lookUpAll = async (asked: Referred, signal: AbortSignal | undefined): Promise<Found> => {
    try {
      return await untilDoneOrAborted(lookUpTogether(asked), signal);
    } catch (error) {
      if (!signal?.aborted || error instanceof OutcomeError) throw error;
      throw interruptedError({ kind: 'read', object: ITEMS }, true, error);
    }
  };

  return async (command: TransferCommand, options?: CallOptions): Promise<void> => {
    const now = clock.now().getTime();
    // In the order in which they passed; to look at all of them for each document would be work that grows with the run.
    for (const [id, until] of passed) {
      if (until > now) break;
      passed.delete(id);
    }
    const lines = command.lines.filter((line) => !passed.has(goodsId(line)));
    const places = [command.senderKey, command.recipientKey].filter((one) => !passed.has(one));
    if (lines.length === 0 && places.length === 0) return;

    const { items, characteristics, warehouses } = await lookUpAll(
      {
        items: lines.map(({ itemKey }) => itemKey),
        characteristics: lines.map(({ characteristicKey }) => characteristicKey).filter((one) => one !== EMPTY_KEY),
        warehouses: places,
      },
      options?.signal,
    );

    const problems = [
      ...places.flatMap((one) => problemOf('склад', one, warehouses.get(one))),
      ...lines.flatMap((line) => {
        const item = items.get(line.itemKey);
        const known = problemOf('номенклатура', line.itemKey, item);
        if (!item || known.length > 0) return known;
        const called = `«${item.Description}»`;
        if (!GOODS.has(item.ТипНоменклатуры)) return [`${called}: тип «${item.ТипНоменклатуры}», на складе не лежит`];
        const given = line.characteristicKey !== EMPTY_KEY;
        if (given !== keepsCharacteristics(item.ИспользованиеХарактеристик)) {
          return [
            given ? `${called} ведётся без характеристик, а она указана` : `${called}: не указана характеристика`,
          ];
        }
        const characteristic = characteristics.get(line.characteristicKey);
        if (given && !characteristic) return [`${called}: характеристики ${line.characteristicKey} в 1С нет`];
        return characteristic?.DeletionMark ? [`${called}: характеристика помечена на удаление`] : [];
      }),
    ];
    if (problems.length > 0) {
      throw refusedBy1C({
        code: 'onec-bad-reference',
        message: `Заказ на перемещение нельзя записать: ${problems.join('; ')}. 1С записала бы его молча.`,
        details: { outboxId: command.outboxId, problems },
      });
    }
    for (const line of lines) passed.set(goodsId(line), now + KEPT_MS);
    for (const one of places) passed.set(one, now + KEPT_MS);
  };
}

const goodsId = ({ itemKey, characteristicKey }: { itemKey: Key; characteristicKey: Key }) =>
  `${itemKey} ${characteristicKey}`;

function problemOf(
  what: string,
  ref: Key,
  row: { Description: string; IsFolder: boolean; DeletionMark: boolean } | undefined,
): string[] {
  if (!row) return [`${what} ${ref}: в 1С такой нет`];
  if (row.IsFolder) return [`${what} «${row.Description}» — это группа`];
  return row.DeletionMark ? [`${what} «${row.Description}» помечена на удаление`] : [];
}
