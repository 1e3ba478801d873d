import { randomUUID } from 'node:crypto';
import { handlerError, keyExists } from './errors.ts';
import { unpostTransfer } from './posting.ts';
import type { Shape } from './query/collection.ts';
import type { Flavour } from './schema/flavours.ts';
import { showRow } from './schema/read.ts';
import { requireReferences } from './traps.ts';
import { EMPTY_DATE, EMPTY_GUID, type Row } from './values.ts';
import type { TransferDocument, World } from './world.ts';
import { takeProperties, takeSection } from './write.ts';

/** What the base does with a `Ref_Key` that the client sends: UT bases were seen to honour it. */
export type ClientKeys = 'honoured' | 'ignored';

/** Values that UT puts in when the client leaves them out (FillValue of the configuration). */
const fillValues: Row = {
  ХозяйственнаяОперация: 'ПеремещениеТоваров',
  СпособДоставки: 'Самовывоз',
  ВариантПриемкиТоваров: 'РазделенаПоЗаказамИНакладным',
};
const serverSide = new Set(['DataVersion', 'МаксимальныйКодСтроки']);
const sectionNames = ['Товары', 'ДополнительныеРеквизиты'] as const;

/** Creates an unposted document; a key that exists is 400 code 15 and changes nothing but the count of POSTs. */
export function createTransfer(world: World, body: Row, now: string, clientKeys: ClientKeys): TransferDocument {
  const header = takeHeader(world, body);
  const asked = clientKeys === 'honoured' && header.Ref_Key !== EMPTY_GUID ? header.Ref_Key : undefined;
  const key = typeof asked === 'string' ? asked : randomUUID();
  const existing = world.transfers.get(key);
  if (existing) {
    existing.posts += 1;
    throw keyExists();
  }
  const date = typeof header.Date === 'string' && header.Date !== EMPTY_DATE ? header.Date : now;
  const document: TransferDocument = {
    key,
    header: {
      ...fillValues,
      Статус: world.flavour.firstStatus,
      DeletionMark: false,
      Posted: false,
      ...header,
      Ref_Key: key,
      Date: date,
    },
    lines: takeLines(world, body, 'Товары'),
    additional: takeLines(world, body, 'ДополнительныеРеквизиты'),
    movements: [],
    received: new Map(),
    posts: 1,
  };
  document.header.Number = header.Number || world.nextNumber(date);
  beforeWrite(world, document);
  world.transfers.set(key, document);
  return document;
}

/** Changes the named properties; a tabular section is replaced as a whole; `Ref_Key` and `If-Match` are ignored. */
export function patchTransfer(world: World, document: TransferDocument, body: Row): void {
  const { Ref_Key: _ignored, ...changes } = takeHeader(world, body);
  const header = { ...document.header, ...changes };
  if (header.DeletionMark === true && document.header.Posted === true)
    throw handlerError('Проведенный документ не может быть помечен на удаление!');
  const changed: TransferDocument = { ...document, header };
  if (body.Товары !== undefined) changed.lines = takeLines(world, body, 'Товары');
  if (body.ДополнительныеРеквизиты !== undefined)
    changed.additional = takeLines(world, body, 'ДополнительныеРеквизиты');
  beforeWrite(world, changed);
  Object.assign(document, changed);
}

/** Physical deletion: the document and its movements are gone. */
export function removeTransfer(world: World, document: TransferDocument): void {
  unpostTransfer(world, document);
  world.transfers.delete(document.key);
}

/** How a stored document is read: header with 1C's empty values, then its tabular sections. */
export const transferShape = ({ transferOrder }: Flavour): Shape => ({
  properties: transferOrder.properties,
  sections: {
    names: [...sectionNames],
    show: (row: Row, names: string[]): Row =>
      Object.fromEntries(
        names.map((name) => {
          const properties = transferOrder.sections.get(name)!;
          return [name, (row[name] as Row[]).map((line) => showRow(properties.values(), line))];
        }),
      ),
  },
});

/** A document as one row: header properties plus its tabular sections, for queries and answers. */
export function transferRow({ header, lines, additional }: TransferDocument): Row {
  return { ...header, Товары: lines, ДополнительныеРеквизиты: additional };
}

const takeLines = ({ flavour, gotchas }: World, body: Row, name: (typeof sectionNames)[number]) =>
  takeSection(body[name] ?? [], name, flavour.transferOrder.sections.get(name)!, { enums: flavour.enums, gotchas });

function takeHeader({ flavour, gotchas }: World, body: Row): Row {
  const header = takeProperties(body, flavour.transferOrder.properties, { enums: flavour.enums, gotchas });
  for (const name of serverSide) delete header[name];
  return header;
}

/** The configuration's own `ПередЗаписью`: numbers КодСтроки, dates of arrival, whole pieces. */
function beforeWrite(world: World, document: TransferDocument) {
  const { header, lines } = document;
  let lastCode = Number(header.МаксимальныйКодСтроки ?? 0);
  for (const line of lines) {
    if (!line.КодСтроки) {
      lastCode += 1;
      line.КодСтроки = lastCode;
    }
    lastCode = Math.max(lastCode, Number(line.КодСтроки));
    if (header.ИспользоватьДлительностьПеремещения !== true && line.НачалоОтгрузки)
      line.ОкончаниеПоступления = line.НачалоОтгрузки;
    if (world.items.get(String(line.Номенклатура_Key))?.wholeUnits)
      line.Количество = Math.round(Number(line.Количество ?? 0));
  }
  // Where statuses are switched off UT calls every order closed, and ships it all the same.
  if (header.Статус === 'КВыполнению' && world.gotchas.strikes(14)) header.Статус = 'Закрыт';
  requireReferences(world, header, lines);
  header.МаксимальныйКодСтроки = lastCode;
  header.DataVersion = world.nextVersion();
}
