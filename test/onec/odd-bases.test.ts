import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/shared/log/log.ts';
import { address, guid } from '../../src/shared/onec/odata.ts';
import { createOneC } from '../../src/shared/onec/onec.ts';
import {
  balanceRow,
  itemRow,
  limitRow,
  type ScriptedBase,
  SHOP,
  startScriptedBase,
  unitRow,
  warehouseRow,
} from './scripted-base.ts';
import { startScripted } from './scripted-server.ts';
import { failure, fixedClock, itemKey, warehouseKey } from './small-world.ts';

const LIMITS = 'InformationRegister_ТоварныеОграничения';
const REGISTER = 'AccumulationRegister_ЗапасыИПотребности';
const CHARACTERISTICS = 'Catalog_ХарактеристикиНоменклатуры';
const [WHITE, BLACK] = ['eeeeeeee-0000-4000-8000-000000000001', 'eeeeeeee-0000-4000-8000-000000000002'];
const PACK = 'cccccccc-0000-4000-8000-000000000001';

let base: ScriptedBase;
const start = async (...args: Parameters<typeof startScriptedBase>) => {
  base = await startScriptedBase(...args);
  return base;
};
afterEach(() => base?.close());

describe('numbers that 1C does not say', () => {
  it.each([
    'ВНаличииBalance',
    'ЗаказаноBalance',
    'РезервироватьНаСкладеBalance',
    'РезервироватьПоМереПоступленияBalance',
  ])('null in %s is an error, never zero', async (property) => {
    const { snapshot } = await start({ [REGISTER]: [balanceRow(1, { [property]: null })] });
    const error = await failure(snapshot());
    expect([error.outcome, error.code]).toEqual(['refused', 'onec-property-null']);
    expect(error.details).toMatchObject({ object: REGISTER, property });
    expect(error.message).toContain(itemKey(1));
  });

  it('a number that is none is an error that shows it', async () => {
    const { snapshot } = await start({ [REGISTER]: [balanceRow(1, { ВНаличииBalance: '12 шт' })] });
    const error = await failure(snapshot());
    expect(error.code).toBe('onec-property-invalid');
    expect(error.message).toContain('"12 шт"');
  });

  it('numbers in quotes and with an exponent are numbers', async () => {
    const { snapshot } = await start({
      [REGISTER]: [balanceRow(1, { ВНаличииBalance: '1.2E3', ЗаказаноBalance: 0.3 })],
    });
    expect((await snapshot()).stock).toMatchObject([{ onHand: 1_200_000, onOrder: 300, free: 1_199_000 }]);
  });

  it('an answer that is no collection is an error', async () => {
    const scripted = await startScripted(() => ({ status: 200, json: { hello: 1 } }));
    const onec = createOneC(scripted.config, { log: silentLog, clock: fixedClock });
    expect((await failure(onec.listWarehouses())).code).toBe('onec-property-missing');
    await onec.close();
    await scripted.close();
  });
});

describe('balances', () => {
  it('adds up rows that a base splits further than it was asked, before it reckons what is free', async () => {
    const { snapshot } = await start({
      [REGISTER]: [
        balanceRow(1, { ВНаличииBalance: 0.1, РезервироватьНаСкладеBalance: 0 }),
        balanceRow(1, { ВНаличииBalance: 0.2, РезервироватьНаСкладеBalance: 1 }),
      ],
    });
    expect((await snapshot()).stock).toMatchObject([{ onHand: 300, reserved: 1000, free: -700, onOrder: 2000 }]);
  });

  it('refuses rows of another warehouse: the condition was not understood', async () => {
    const { snapshot } = await start({ [REGISTER]: [balanceRow(1), balanceRow(1, { Склад: warehouseKey(9) })] });
    const error = await failure(snapshot());
    expect([error.outcome, error.code]).toEqual(['refused', 'onec-balance-filter-ignored']);
  });

  const withoutCondition = (rows: unknown[]) => ({
    instead: ({ path }: { path: string }) =>
      path.includes('Balance(') ? { status: 200, json: { value: path.includes('Condition=') ? [] : rows } } : undefined,
  });
  const held = {
    Склад: SHOP,
    Склад_Type: 'StandardODATA.Catalog_Склады',
    Назначение_Key: guidOf(0),
    ВНаличииBalance: 4,
  };

  it('does not believe empty balances when the register does hold stock: that would order everything anew', async () => {
    const { snapshot } = await start({}, withoutCondition([held]));
    const error = await failure(snapshot());
    expect([error.outcome, error.code]).toEqual(['refused', 'onec-balance-filter-ignored']);
    expect(error.message).toContain(SHOP);
  });

  it.each([
    ['nothing', []],
    ['stock of a warehouse that was not chosen', [{ ...held, Склад: warehouseKey(9) }]],
    ['goods kept for an order', [{ ...held, Назначение_Key: guidOf(3) }]],
  ])('believes empty balances when the register holds %s', async (_, rows) => {
    const { snapshot, server } = await start({}, withoutCondition(rows));
    expect((await snapshot()).stock).toEqual([]);
    expect(server.asked.filter(({ path }) => path.includes('Balance('))).toHaveLength(2);
  });

  it('asks for one warehouse by cast, for stock without a purpose, and never with a period', async () => {
    const { snapshot, server } = await start({});
    await snapshot();
    const { path } = server.asked.find((one) => one.path.includes('Balance('))!;
    expect(path).toBe(
      `${REGISTER}/Balance(Condition='Склад eq cast(guid''${SHOP}'',''Catalog_Склады'') and ` +
        `Назначение_Key eq guid''${guidOf(0)}''',Dimensions='Номенклатура,Характеристика,Склад')`,
    );
  });
});

describe('limits', () => {
  it('reads the group key of 11.4 as well', async () => {
    const { ГруппировкаТоварныхОграничений_Key: _, ...old } = limitRow(1, { Группировка_Key: guidOf(0) });
    const { snapshot } = await start({ [LIMITS]: [old] });
    expect((await snapshot()).limits).toMatchObject([{ itemKey: itemKey(1), minimum: 5000, maximum: 10_000 }]);
  });

  it('a base without any limits has none, and no warehouse has limits', async () => {
    const { onec } = await start({ [LIMITS]: [] });
    let withLimits: Set<string> | undefined;
    await onec.readSnapshot({
      choose: (seen) => {
        withLimits = seen.withLimits;
        return { recipients: [], donors: [] };
      },
    });
    expect(withLimits).toEqual(new Set());
  });

  it('takes pack sizes as numerator over denominator, and says how many packs have none', async () => {
    const broken = 'cccccccc-0000-4000-8000-000000000002';
    const { snapshot } = await start({
      Catalog_Номенклатура: [itemRow(1), itemRow(2), itemRow(3)],
      Catalog_УпаковкиЕдиницыИзмерения: [unitRow(PACK, 'пачка', 5, 2), unitRow(broken, 'мешок', 0)],
      [LIMITS]: [
        limitRow(1, { УпаковкаЗаказа_Key: PACK }),
        limitRow(2, { УпаковкаЗаказа_Key: broken }),
        limitRow(3, { УпаковкаЗаказа_Key: guidOf(7), МаксимальноеКоличествоЗапаса: 0 }),
      ],
    });
    const { limits, leftOut } = await snapshot();
    expect(limits.map(({ pack }) => pack)).toEqual([{ name: 'пачка', size: 2500 }, null, null]);
    expect(limits[2]!.maximum).toBeNull();
    expect(leftOut).toEqual({ 'pack-without-size': 2 });
  });

  it('spreads a default over the characteristics that occur, and names them', async () => {
    const { snapshot } = await start({
      Catalog_Номенклатура: [itemRow(1, { ИспользованиеХарактеристик: 'ОбщиеДляВидаНоменклатуры' })],
      [LIMITS]: [limitRow(1), limitRow(1, { Характеристика_Key: WHITE, МинимальноеКоличествоЗапаса: 8 })],
      [REGISTER]: [balanceRow(1, { Характеристика_Key: WHITE }), balanceRow(1, { Характеристика_Key: BLACK })],
      [CHARACTERISTICS]: [
        { Ref_Key: WHITE, Description: 'белый' },
        { Ref_Key: BLACK, Description: 'чёрный' },
        { Ref_Key: guidOf(5), Description: 'красный' },
      ],
    });
    const { limits, characteristics } = await snapshot();
    expect(limits.map(({ characteristicKey, minimum }) => [characteristicKey, minimum])).toEqual(
      expect.arrayContaining([
        [WHITE, 8000],
        [BLACK, 5000],
      ]),
    );
    expect(limits).toHaveLength(2);
    expect(characteristics).toEqual(
      new Map([
        [WHITE, 'белый'],
        [BLACK, 'чёрный'],
      ]),
    );
  });

  it('does not ask for characteristics that do not occur', async () => {
    const { snapshot, server } = await start({});
    await snapshot();
    expect(server.asked.some(({ path }) => path === CHARACTERISTICS)).toBe(false);
  });
});

describe('paging', () => {
  it('asks by key for an item that fell between the pages', async () => {
    const { snapshot, server } = await start(
      { Catalog_Номенклатура: [itemRow(1), itemRow(2)], [LIMITS]: [limitRow(1), limitRow(2)] },
      {
        instead: ({ path, query }) =>
          path === 'Catalog_Номенклатура' && query.has('$skip')
            ? { status: 200, json: { value: [itemRow(1)] } }
            : undefined,
      },
    );
    expect((await snapshot()).items.map(({ key }) => key)).toEqual([itemKey(1), itemKey(2)]);
    expect(server.asked.at(-1)!.query.get('$filter')).toBe(`Ref_Key eq guid'${itemKey(2)}'`);
  });

  it('notices a server that ignores $skip instead of reading for ever', async () => {
    const rows = [warehouseRow, { ...warehouseRow, Ref_Key: warehouseKey(4) }];
    const server = await startScripted(() => ({ status: 200, json: { value: rows } }));
    const onec = createOneC({ ...server.config, pageSize: 2 }, { log: silentLog, clock: fixedClock });
    const error = await failure(onec.listWarehouses());
    expect([error.outcome, error.code]).toEqual(['refused', 'onec-paging-ignored']);
    expect(server.asked).toHaveLength(2);
    await onec.close();
    await server.close();
  });

  it('takes a longer page than it asked for as the whole set', async () => {
    const rows = [1, 2, 3].map((index) => ({ ...warehouseRow, Ref_Key: warehouseKey(index) }));
    const server = await startScripted(() => ({ status: 200, json: { value: rows } }));
    const onec = createOneC({ ...server.config, pageSize: 2 }, { log: silentLog, clock: fixedClock });
    expect(await onec.listWarehouses()).toHaveLength(3);
    expect(server.asked).toHaveLength(1);
    await onec.close();
    await server.close();
  });

  it('asks in a unique order, and no query is longer than IIS takes', async () => {
    const { snapshot, server } = await start({
      Catalog_Номенклатура: Array.from({ length: 45 }, (_, index) =>
        itemRow(index + 1, { ИспользованиеХарактеристик: 'ИндивидуальныеДляНоменклатуры' }),
      ),
      [LIMITS]: Array.from({ length: 45 }, (_, index) =>
        limitRow(index + 1, { Характеристика_Key: guidOf(index + 1) }),
      ),
      [CHARACTERISTICS]: Array.from({ length: 45 }, (_, index) => ({
        Ref_Key: guidOf(index + 1),
        Description: `${index}`,
      })),
    });
    expect((await snapshot()).characteristics.size).toBe(45);
    for (const { query } of server.asked) if (query.has('$skip')) expect(query.get('$orderby')).toBeTruthy();
    expect(server.asked.filter(({ path }) => path === CHARACTERISTICS)).toHaveLength(3);
  });
});

describe('addresses', () => {
  it('refuses a query that IIS would answer with a page of HTML', () => {
    const filter = Array.from({ length: 40 }, (_, index) => `Ref_Key eq ${guid(guidOf(index))}`).join(' or ');
    expect(() => address('Catalog_Номенклатура', { filter })).toThrow(/2048 байт/);
  });

  it('encodes so that no plus sign, quote or space is left to the web server', () => {
    const built = address("Catalog_Склады(guid'x')", { filter: "Description eq 'A+B & C''s'" });
    const [path, query] = built.split('?') as [string, string];
    expect(path).not.toMatch(/[+ ?]/);
    expect(query).not.toMatch(/['+ ]/);
    expect(new URLSearchParams(query).get('$filter')).toBe("Description eq 'A+B & C''s'");
  });
});

function guidOf(index: number): string {
  return `00000000-0000-0000-0000-${String(index).padStart(12, '0')}`;
}
