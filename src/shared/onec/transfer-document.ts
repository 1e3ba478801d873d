import { z } from 'zod';
import { OutcomeError } from '../errors/outcome.ts';
import { EMPTY_KEY, type Key } from '../planning/types.ts';
import type { LocalDates } from './dates.ts';
import { NOT_FOUND, refusedBy1C } from './errors.ts';
import type { OneCHttp } from './http.ts';
import { address, datetime, entity, text } from './odata.ts';
import type { CallOptions, TransferCommand, TransferState } from './port.ts';
import { key, localDate, milli, readRow, readRows } from './schema.ts';
import type { Shape } from './shapes.ts';

export const TRANSFERS = 'Document_ЗаказНаПеремещение';
/** Rows of its «Товары», in `$metadata`. */
export const TRANSFER_LINE = `${TRANSFERS}_Товары_RowType`;
const STATUSES = 'СтатусыВнутреннихЗаказов';
const SUPPLY_VARIANTS = 'ВариантыОбеспечения';
export const ACCEPTANCE_VARIANTS = 'ВариантыПриемкиТоваров';
/** All that a transfer order needs to know of `$metadata`. */
export const TRANSFER_TYPES = [TRANSFERS, TRANSFER_LINE, STATUSES, SUPPLY_VARIANTS, ACCEPTANCE_VARIANTS];

/** The only values that stand for "ship it now" in every release from 11.4 to 11.5.20. */
const IN_WORK = 'КВыполнению';
const SHIP = 'Отгрузить';

/** A transfer order as OData gives it. */
export const transferRow = z.object({
  Ref_Key: key,
  Number: z.string(),
  Date: localDate,
  Posted: z.boolean(),
  DeletionMark: z.boolean(),
  СкладОтправитель_Key: key,
  СкладПолучатель_Key: key,
  Комментарий: z.string(),
  Товары: z.array(
    z.object({ Номенклатура_Key: key, Характеристика_Key: key, Количество: milli, Отменено: z.boolean() }),
  ),
});
const select = Object.keys(transferRow.shape);

/** Tells whose document it is, should a base ever give it a key of its own. First word of «Комментарий». */
export const markerOf = (outboxId: string) => `hub:${outboxId}`;

/** How long ago a document with our marker is still looked for. A row of the outbox is not resumed later than that. */
const MARKER_DAYS = 30;

/** Reads transfer orders. */
export interface TransferReader {
  /** NULL when 1C says 404 code 9. */
  byKey(key: Key, options?: CallOptions): Promise<TransferState | null>;
  /** Documents of the last 30 days, not marked for deletion, whose comment begins with the marker of `outboxId`. */
  byMarker(outboxId: string, now: Date, options?: CallOptions): Promise<TransferState[]>;
  /** The document in the answer to a write. */
  fromAnswer(answer: unknown): TransferState;
}

export function createTransferReader(http: OneCHttp, dates: LocalDates): TransferReader {
  const fromAnswer = (answer: unknown) => stateOf(readRow(TRANSFERS, transferRow, answer), dates);

  return {
    fromAnswer,
    async byKey(ref, options) {
      try {
        return fromAnswer(await http.get(TRANSFERS, address(entity(TRANSFERS, ref)), options));
      } catch (error) {
        if (error instanceof OutcomeError && error.code === NOT_FOUND) return null;
        throw error;
      }
    },
    async byMarker(outboxId, now, options) {
      const marker = markerOf(outboxId);
      const since = dates.startOfDay(new Date(now.getTime() - MARKER_DAYS * 24 * 60 * 60 * 1000));
      const query = {
        filter: `substringof(${text(marker)},Комментарий) and Date ge ${datetime(since)} and DeletionMark eq false`,
        select,
        orderby: 'Ref_Key',
        top: 10,
      };
      const rows = readRows(TRANSFERS, transferRow, await http.get(TRANSFERS, address(TRANSFERS, query), options));
      return rows.map((row) => stateOf(row, dates)).filter(({ comment }) => comment.split(/\s/, 1)[0] === marker);
    },
  };
}

/** The row in the words of the port. */
export const stateOf = (row: z.infer<typeof transferRow>, dates: LocalDates): TransferState => ({
  key: row.Ref_Key,
  number: row.Number.trim(),
  date: dates.withOffset(row.Date),
  posted: row.Posted,
  deletionMark: row.DeletionMark,
  senderKey: row.СкладОтправитель_Key,
  recipientKey: row.СкладПолучатель_Key,
  comment: row.Комментарий,
  lines: row.Товары.map((line) => ({
    itemKey: line.Номенклатура_Key,
    characteristicKey: line.Характеристика_Key,
    quantity: line.Количество,
    cancelled: line.Отменено,
  })),
});

/** What a transfer order carries beside warehouses and goods. The empty key or text where 1C gets none. */
export interface TransferDefaults {
  organizationKey: Key;
  priorityKey: Key;
  /** «ВариантПриемкиТоваров»: which member is right depends on the base's acceptance settings. */
  acceptance: string;
  /** «ПеремещениеПодДеятельность». */
  activity: string;
  departmentKey: Key;
  responsibleKey: Key;
  authorKey: Key;
}

/** «Комментарий» of a command's document. */
export const commentOf = ({ outboxId, comment }: TransferCommand) => `${markerOf(outboxId)} ${comment}`.trim();

/**
 * The document as 1C is to store it (facts §1.6). Everything that UT's own form would fill in is said out loud, because an
 * OData write runs neither the filling nor the filling check. «КодСтроки» is left to UT, which numbers the lines itself.
 * What this release does not have is left out. Refuses (`onec-member-unknown`) where it lacks a value the hub relies on.
 */
export function transferBody(
  command: TransferCommand,
  defaults: TransferDefaults,
  { dates, now, shape }: { dates: LocalDates; now: Date; shape: Shape },
) {
  const today = dates.startOfDay(now);
  requireMember(shape, STATUSES, IN_WORK);
  requireMember(shape, SUPPLY_VARIANTS, SHIP);
  const lines = command.lines.map(({ itemKey, characteristicKey, quantity }, index) =>
    present(shape, TRANSFER_LINE, {
      LineNumber: String(index + 1),
      Номенклатура_Key: itemKey,
      Характеристика_Key: characteristicKey,
      Упаковка_Key: EMPTY_KEY,
      КоличествоУпаковок: quantity / 1000,
      Количество: quantity / 1000,
      НачалоОтгрузки: today,
      ОкончаниеПоступления: today,
      ВариантОбеспечения: SHIP,
      Отменено: false,
    }),
  );
  const header = present(shape, TRANSFERS, {
    Ref_Key: command.key,
    Date: dates.format(now),
    Организация_Key: defaults.organizationKey,
    ОрганизацияПолучатель_Key: defaults.organizationKey,
    СкладОтправитель_Key: command.senderKey,
    СкладПолучатель_Key: command.recipientKey,
    Статус: IN_WORK,
    ХозяйственнаяОперация: 'ПеремещениеТоваров',
    СпособДоставки: 'Самовывоз',
    ВариантПриемкиТоваров: defaults.acceptance,
    ПеремещениеПодДеятельность: defaults.activity,
    Приоритет_Key: defaults.priorityKey,
    Подразделение_Key: defaults.departmentKey,
    Ответственный_Key: defaults.responsibleKey,
    Автор_Key: defaults.authorKey,
    ЖелаемаяДатаПоступления: today,
    Комментарий: commentOf(command),
    ИспользоватьДлительностьПеремещения: false,
  });
  return { ...header, Товары: lines };
}

/** 1C takes unknown names without a word; leaving them out keeps what was meant and what is stored the same. */
const present = (shape: Shape, type: string, properties: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => shape.has(type, name)));

function requireMember(shape: Shape, enumeration: string, member: string): void {
  const members = shape.members(enumeration);
  if (members === null || members.has(member)) return;
  throw refusedBy1C({
    code: 'onec-member-unknown',
    message: `В этой конфигурации 1С у перечисления «${enumeration}» нет значения «${member}», на которое рассчитывает хаб. Есть: ${[...members].join(', ')}.`,
    details: { enumeration, member },
  });
}
