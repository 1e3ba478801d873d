import { randomUUID } from 'node:crypto';
import type { Dataset, DatasetItem } from '../../sandbox/data/dataset.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/server.ts';

export const shop = '11111111-1111-4111-8111-111111111111';
export const otherShop = '11111111-1111-4111-8111-111111111112';
export const donor = '22222222-2222-4222-8222-222222222222';
export const lamp = '33333333-3333-4333-8333-333333333331';
export const cable = '33333333-3333-4333-8333-333333333332';
export const rareItem = '33333333-3333-4333-8333-333333333333';
export const EMPTY = '00000000-0000-0000-0000-000000000000';

const item = (key: string, name: string, more: Partial<DatasetItem> = {}): DatasetItem => ({
  ...{ key, name, article: `A-${key.slice(-1)}`, code: `00-0000000${key.slice(-1)}`, unit: 'шт', wholeUnits: true },
  ...{ priceRoubles: 10, pack: null, moysklad: { matches: 1, as: 'product' } },
  ...more,
});

/** Two shops, one donor, three items: small enough to know every number by heart. */
export const smallDataset: Dataset = {
  seed: 0,
  warehouses: [
    { key: shop, name: 'Магазин Ленина', kind: 'shop' },
    { key: otherShop, name: 'Магазин Мира', kind: 'shop' },
    { key: donor, name: 'Бестужевых', kind: 'donor' },
  ],
  items: [
    item(lamp, "Лампа 'Свеча' 7 Вт", {
      pack: { key: '44444444-4444-4444-8444-444444444441', name: 'Коробка', size: 10 },
    }),
    item(cable, 'Кабель ПВС 2x1,5', { unit: 'м', wholeUnits: false }),
    item(rareItem, 'Изолента'),
  ],
  stock: [
    { warehouseKey: shop, itemKey: lamp, onHand: 3, reserved: 1, onOrder: 4, minimum: 10, maximum: 20 },
    { warehouseKey: shop, itemKey: cable, onHand: 0.1, reserved: 0, onOrder: 0, minimum: null, maximum: null },
    { warehouseKey: otherShop, itemKey: lamp, onHand: 5, reserved: 0, onOrder: 0, minimum: 2, maximum: null },
    { warehouseKey: donor, itemKey: lamp, onHand: 100, reserved: 30, onOrder: 0, minimum: 15, maximum: 50 },
    { warehouseKey: donor, itemKey: cable, onHand: 12.5, reserved: 0, onOrder: 0, minimum: null, maximum: null },
  ],
};

export interface Answer {
  status: number;
  text: string;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are read as the test expects them
  json: any;
}

export async function startSmall(options: SandboxOptions = {}) {
  const sandbox = await startSandbox({ dataset: smallDataset, ...options });
  return { sandbox, ...clientOf(sandbox) };
}

/** A bare OData client: the tests must see exactly what goes over the wire. */
export function clientOf(sandbox: Sandbox) {
  const basic = Buffer.from(`${sandbox.onecUser}:${sandbox.onecPassword}`, 'utf8').toString('base64');
  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${sandbox.onecUrl}${path}`, {
      method,
      headers: { authorization: `Basic ${basic}`, accept: 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString('utf8');
    let json: unknown = null;
    try {
      json = JSON.parse(text);
    } catch {}
    return { status: response.status, text, headers: response.headers, json };
  }
  async function control(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${sandbox.controlUrl}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, headers: response.headers, json: text ? JSON.parse(text) : null };
  }
  return { call, get: (path: string) => call('GET', path), control };
}

export const TRANSFERS = '/Document_ЗаказНаПеремещение';
export const STOCK = '/AccumulationRegister_ЗапасыИПотребности/Balance';

/** A transfer order of `quantity` lamps from the donor to the shop; `more` overrides header properties. */
export function transferBody(quantity: number, more: Record<string, unknown> = {}) {
  return {
    Ref_Key: randomUUID() as string,
    Date: '2026-03-02T10:00:00',
    СкладОтправитель_Key: donor,
    СкладПолучатель_Key: shop,
    Статус: 'КВыполнению',
    Товары: [transferLine(quantity)],
    ...more,
  };
}

export function transferLine(quantity: number, more: Record<string, unknown> = {}) {
  return {
    LineNumber: '1',
    Номенклатура_Key: lamp,
    Характеристика_Key: EMPTY,
    Количество: quantity,
    КоличествоУпаковок: quantity,
    НачалоОтгрузки: '2026-03-02T00:00:00',
    ВариантОбеспечения: 'Отгрузить',
    Отменено: false,
    ...more,
  };
}

/** The five figures of 1C that posting moves, for the lamp. */
export async function lampFigures({ get }: ReturnType<typeof clientOf>) {
  const empty = `Назначение_Key eq guid''${EMPTY}''`;
  const read = async (warehouse: string) => {
    const condition = `Склад eq cast(guid''${warehouse}'',''Catalog_Склады'') and Номенклатура_Key eq guid''${lamp}'' and ${empty}`;
    const answer = await get(`${STOCK}(Condition='${condition}',Dimensions='Номенклатура')`);
    return answer.json.value[0] ?? {};
  };
  const [sender, recipient] = [await read(donor), await read(shop)];
  const orders = await get("/AccumulationRegister_ЗаказыНаПеремещение/Balance(Dimensions='Номенклатура')");
  const lampOrders = orders.json.value.find((row: Record<string, unknown>) => row.Номенклатура_Key === lamp);
  return {
    senderOnHand: sender.ВНаличииBalance ?? 0,
    recipientOnHand: recipient.ВНаличииBalance ?? 0,
    ordered: recipient.ЗаказаноBalance ?? 0,
    arriving: recipient.ПоступитBalance ?? 0,
    toShip: lampOrders?.КОформлениюBalance ?? 0,
  };
}
