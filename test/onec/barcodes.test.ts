import { expect, it } from 'vitest';
import { ean13 } from '../../sandbox/data/ean13.ts';
import { runSteps } from '../../src/shared/check/run-steps.ts';
import { EMPTY_KEY } from '../../src/shared/planning/types.ts';
import { closeAfterEach } from '../support/closing.ts';
import { balanceRow, itemRow, limitRow, startScriptedBase } from './scripted-base.ts';
import { DONOR, failure, itemKey, PIECES, startSmallWorld } from './small-world.ts';

const BARCODES = 'InformationRegister_ШтрихкодыНоменклатуры';
const WHERE = '«Регистры сведений → Штрихкоды номенклатуры»';
const [WHITE, BLACK] = ['eeeeeeee-0000-4000-8000-000000000001', 'eeeeeeee-0000-4000-8000-000000000002'];
const BOX = 'cccccccc-0000-4000-8000-000000000001';

const closing = closeAfterEach();

const barcodeRow = (value: string, item: number, over: Record<string, unknown> = {}) => ({
  Штрихкод: value,
  Номенклатура_Key: itemKey(item),
  Характеристика_Key: EMPTY_KEY,
  Упаковка_Key: EMPTY_KEY,
  ...over,
});

async function scripted(rows: ReturnType<typeof barcodeRow>[], over: Parameters<typeof startScriptedBase>[1] = {}) {
  const byCharacteristic = [WHITE, BLACK].map((one) => ({ Характеристика_Key: one }));
  const base = await startScriptedBase(
    {
      Catalog_Номенклатура: [itemRow(1), itemRow(2, { ИспользованиеХарактеристик: 'Индивидуальные' })],
      Catalog_ХарактеристикиНоменклатуры: [WHITE, BLACK].map((one) => ({ Ref_Key: one, Description: one })),
      InformationRegister_ТоварныеОграничения: [limitRow(1), ...byCharacteristic.map((over) => limitRow(2, over))],
      AccumulationRegister_ЗапасыИПотребности: [balanceRow(1), ...byCharacteristic.map((over) => balanceRow(2, over))],
      [BARCODES]: rows,
    },
    { barcodes: true, ...over },
  );
  closing(() => base.close());
  return base;
}

it('brings all barcodes of an item, each characteristic with its own, and none of a pack', async () => {
  const { snapshot } = await scripted([
    barcodeRow('4600000000011', 1),
    barcodeRow(' 4600000000028 ', 1),
    barcodeRow('4600000000912', 1, { Упаковка_Key: BOX }),
    barcodeRow('4600000000035', 2, { Характеристика_Key: WHITE }),
    barcodeRow('4600000000042', 2, { Характеристика_Key: BLACK }),
    barcodeRow('  ', 2),
  ]);
  expect((await snapshot()).barcodes).toEqual([
    { value: '4600000000011', itemKey: itemKey(1), characteristicKey: EMPTY_KEY },
    { value: '4600000000028', itemKey: itemKey(1), characteristicKey: EMPTY_KEY },
    { value: '4600000000035', itemKey: itemKey(2), characteristicKey: WHITE },
    { value: '4600000000042', itemKey: itemKey(2), characteristicKey: BLACK },
  ]);
});

it('asks for four properties only, and pages by what makes a row itself even where companies added a dimension', async () => {
  // The same barcode for two items: in a register that also has the partner as a dimension.
  const rows = [barcodeRow('1', 1), barcodeRow('1', 2, { Характеристика_Key: WHITE }), barcodeRow('2', 1)];
  const { snapshot, server } = await scripted(rows, { pageSize: 2 });
  expect((await snapshot()).barcodes.map(({ value, itemKey: item }) => [value, item])).toEqual([
    ['1', itemKey(1)],
    ['1', itemKey(2)],
    ['2', itemKey(1)],
  ]);
  const pages = server.asked.filter(({ path }) => path === BARCODES);
  const names = 'Штрихкод,Номенклатура_Key,Характеристика_Key,Упаковка_Key';
  expect(pages.map(({ query }) => [query.get('$select'), query.get('$orderby'), query.get('$skip')])).toEqual([
    [names, names, '0'],
    [names, names, '2'],
  ]);
});

it('leaves the register alone where goods are not matched by barcode', async () => {
  const { snapshot, server } = await scripted([barcodeRow('1', 1)], { barcodes: false });
  expect((await snapshot()).barcodes).toEqual([]);
  expect(server.asked.some(({ path }) => path === BARCODES)).toBe(false);
});

it.each(['Штрихкод', 'Упаковка_Key'])('refuses to go on without «%s»', async (property) => {
  const { snapshot } = await scripted([barcodeRow('1', 1, { [property]: undefined })]);
  const error = await failure(snapshot());
  expect([error.outcome, error.code]).toEqual(['refused', 'onec-property-missing']);
  expect(error.details).toMatchObject({ property, object: BARCODES });
});

const ask = { donors: ['Бестужевых'], recipients: null };

it('is needed by the scan and by the check, which name it and where to tick it, only in this mode', async () => {
  const world = await startSmallWorld({ onec: { unpublished: [BARCODES] } });
  closing(world.close);
  const choose = () => ({ recipients: [], donors: [] });
  const onec = world.connect({ barcodes: true });
  const error = await failure(onec.readSnapshot({ choose }));
  expect([error.outcome, error.code, error.details.missing]).toEqual(['not-now', 'onec-not-published', [BARCODES]]);
  expect(error.message).toContain(WHERE);
  const failed = (await runSteps(onec.check(ask))).filter(({ result }) => result === 'fail');
  expect(failed).toMatchObject([
    { id: 'composition', detail: `не опубликовано: ${BARCODES}`, cure: expect.stringContaining(WHERE) },
  ]);
  expect((await runSteps(world.onec.check(ask))).every(({ result }) => result === 'ok')).toBe(true);
  expect((await world.onec.readSnapshot({ choose })).barcodes).toEqual([]);
});

it('tells of a missing right to it in the check', async () => {
  const world = await startSmallWorld({ onec: { denied: [BARCODES] } });
  closing(world.close);
  const steps = await runSteps(world.connect({ barcodes: true }).check(ask));
  expect(steps.filter(({ result }) => result === 'fail')).toMatchObject([
    { id: 'rights', code: 'onec-no-rights', cure: expect.stringContaining(BARCODES) },
  ]);
});

it('reads the sandbox’s register as МойСклад’s sandbox knows the goods, whatever the page size', async () => {
  const world = await startSmallWorld();
  closing(world.close);
  const choose = ({ warehouses }: { warehouses: { key: string; name: string }[] }) => ({
    recipients: warehouses.filter(({ key }) => key !== DONOR),
    donors: [],
  });
  const read = async (pageSize: number) =>
    (await world.connect({ barcodes: true, pageSize }).readSnapshot({ choose })).barcodes;
  const whole = await read(1000);
  const plain = whole.filter(({ characteristicKey }) => characteristicKey === EMPTY_KEY);
  expect(new Map(plain.map(({ itemKey: item, value }) => [item, value]))).toEqual(
    new Map(world.sandbox.dataset.items.map(({ key }) => [key, ean13(key)])),
  );
  expect(whole.filter(({ itemKey: item }) => item === PIECES)).toHaveLength(2);
  expect(whole.map(({ value }) => value)).not.toContain(ean13(BOX));
  expect(await read(5)).toEqual(whole);
});

it('gives the sample the barcodes of each item itself', async () => {
  const world = await startSmallWorld();
  closing(world.close);
  const items = await world.connect({ barcodes: true }).sampleItems(15);
  expect(items).toHaveLength(15);
  for (const { itemKey: item, barcodes } of items) expect(barcodes).toEqual([ean13(item)]);
  expect((await world.onec.sampleItems(1))[0]).not.toHaveProperty('barcodes');
});

it('of an item kept by characteristic the sample has one characteristic’s: those of several would be several goods', async () => {
  const { onec } = await scripted([
    barcodeRow('1', 1),
    barcodeRow('2', 2, { Характеристика_Key: WHITE }),
    barcodeRow('3', 2, { Характеристика_Key: BLACK }),
    barcodeRow('4', 2, { Характеристика_Key: WHITE }),
  ]);
  const items = await onec.sampleItems(2);
  expect(items.map(({ barcodes }) => barcodes)).toEqual([['1'], ['2', '4']]);
});
