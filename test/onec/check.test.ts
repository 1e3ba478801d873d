import { afterEach, describe, expect, it } from 'vitest';
import type { OnecOptions } from '../../sandbox/onec/onec.ts';
import { runSteps } from '../../src/shared/check/run-steps.ts';
import type { CheckedStep } from '../../src/shared/check/step.ts';
import { freePort } from '../../src/shared/db/free-port.ts';
import type { OneCConfig } from '../../src/shared/onec/config.ts';
import type { OneCCheckAsk } from '../../src/shared/onec/port.ts';
import { type SmallWorld, startSmallWorld } from './small-world.ts';

let world: SmallWorld;
afterEach(() => world.close());

const WHOLE: OneCCheckAsk = { donors: ['Бестужевых'], recipients: null };

async function check(
  { onec, ...over }: Partial<OneCConfig> & { onec?: OnecOptions } = {},
  ask: OneCCheckAsk = WHOLE,
): Promise<CheckedStep[]> {
  world = await startSmallWorld(onec ? { onec } : {});
  const before = await world.control<unknown>('/1c/transfers');
  const steps = await runSteps(world.connect(over).check(ask));
  expect(await world.control('/1c/transfers')).toEqual(before);
  return steps;
}
const failedOf = (steps: CheckedStep[]) => steps.filter(({ result }) => result === 'fail');
const step = (steps: CheckedStep[], id: string) => steps.find((one) => one.id === id)!;
const everything = (steps: CheckedStep[]) => steps.map(({ id, result }) => `${id} ${result}`);

const IDS = ['server', 'publication', 'credentials', 'composition', 'useful', 'strategy', 'metadata', 'rights'];
const MORE = ['warehouses', 'limits', 'stock', 'order-defaults'];

it('passes on a base that is in order, and says what it found', async () => {
  const steps = await check();
  expect(everything(steps)).toEqual([...IDS, ...MORE].map((id) => `${id} ok`));
  expect(step(steps, 'strategy').detail).toContain('Запасы и потребности');
  expect(step(steps, 'warehouses').detail).toBe('доноры найдены: «Бестужевых»');
  expect(step(steps, 'limits').detail).toBe('действующих минимумов 23');
  const header = step(steps, 'order-defaults');
  expect(header.detail).toMatch(
    /^«Бестужевых» → «Магазин Мира», как в последнем проведённом заказе этого маршрута ТД00-/,
  );
  expect(header.more).toContain('организация: «БизнесМедиа ООО»');
  expect(header.more).toContain('вариант приёмки: РазделенаТолькоПоНакладным');
});

it('says what a setting overrides, and what this release does not have', async () => {
  const steps = await check({ priority: 'Низкий', onec: { flavour: 'ut-11.4' } });
  expect(step(steps, 'strategy').detail).toContain('УТ 11.4');
  expect(step(steps, 'metadata').detail).toContain(
    'нет реквизитов Приоритет_Key, Автор_Key, ПеремещениеПодДеятельность',
  );
  expect(step(steps, 'order-defaults').more).toContain('приоритет: в этой версии УТ нет');
  await world.close();
  const newer = await check({ priority: 'Низкий' });
  expect(step(newer, 'order-defaults').more).toContain('приоритет: «Низкий» (настройка API_1C_PRIORITY)');
});

it('has another cure for a closed port, a wrong password, an empty composition and a missing right', async () => {
  const cases: [Parameters<typeof check>[0], failed: string, code: string, cure: RegExp][] = [
    [
      { url: `http://127.0.0.1:${await freePort()}/ut11/odata/standard.odata` },
      ...(['server', 'onec-down', /порт открыт с этой машины/] as const),
    ],
    [{ password: 'не тот' }, 'credentials', 'onec-credentials', /API_1C_USER и API_1C_PASSWORD/],
    [{ onec: { published: [] } }, 'composition', 'onec-nothing-published', /«Загрузить метаданные»; отметьте/],
    [
      { onec: { denied: ['Catalog_Номенклатура'] } },
      ...(['rights', 'onec-no-rights', /роль «Удаленный доступ OData».*Catalog_Номенклатура/] as const),
    ],
  ];
  const cures = new Set<string>();
  for (const [base, failed, code, cure] of cases) {
    const steps = await check(base);
    await world.close();
    expect(failedOf(steps)).toMatchObject([{ id: failed, code, cure: expect.stringMatching(cure) }]);
    // What comes after it is not guessed at.
    const later = steps.slice(steps.findIndex(({ id }) => id === failed) + 1).filter(({ id }) => MORE.includes(id));
    expect(later.every(({ result }) => result === 'skipped')).toBe(true);
    cures.add(failedOf(steps)[0]!.cure!);
  }
  expect(cures.size).toBe(4);
});

it('warns where only objects are closed that the hub can do without', async () => {
  const steps = await check({ onec: { denied: ['Catalog_Приоритеты'] } });
  expect(failedOf(steps)).toEqual([]);
  expect(step(steps, 'rights')).toMatchObject({
    result: 'warn',
    detail: 'нет права читать Catalog_Приоритеты',
    cure: expect.stringContaining('Catalog_Приоритеты без ограничения'),
  });
});

it('tells a wrong address from a wrong password', async () => {
  world = await startSmallWorld();
  const url = world.sandbox.onecUrl.replace('/ut11/', '/ut12/');
  const steps = await runSteps(world.connect({ url }).check(WHOLE));
  expect(failedOf(steps)).toMatchObject([{ id: 'publication', code: 'onec-wrong-url' }]);
});

describe('with one object less in the composition', () => {
  it.each([
    ['Catalog_Склады', 'Справочники → Склады'],
    ['Catalog_Номенклатура', 'Справочники → Номенклатура'],
    ['Catalog_УпаковкиЕдиницыИзмерения', 'Справочники → Упаковки единицы измерения'],
    ['InformationRegister_ТоварныеОграничения', 'Регистры сведений → Товарные ограничения'],
    ['Document_ЗаказНаПеремещение', 'Документы → Заказ на перемещение'],
  ])('names %s and where to tick it', async (name, where) => {
    const steps = await check({ onec: { unpublished: [name] } });
    expect(failedOf(steps)).toMatchObject([
      {
        id: 'composition',
        detail: `не опубликовано: ${name}`,
        cure: expect.stringContaining(`отметьте «${where}»`),
      },
    ]);
    expect(step(steps, 'composition').cure).toContain('Настройка автоматического REST-сервиса');
  });

  it.each([
    ['AccumulationRegister_ЗаказыНаПеремещение', 'Регистры накопления → Заказы на перемещение', 'сверка не узнает'],
    ['Catalog_Организации', 'Справочники → Организации', 'организацию для первого заказа'],
  ])('warns about %s, which the hub can do without', async (name, where, what) => {
    const steps = await check({ onec: { unpublished: [name] } });
    expect(failedOf(steps)).toEqual([]);
    const useful = step(steps, 'useful');
    expect(useful).toMatchObject({ result: 'warn', cure: expect.stringContaining(where) });
    expect(useful.more.join()).toContain(what);
  });

  it('names the register of stock that is missing from the set that lacks least', async () => {
    const published = [
      ...['Catalog_Склады', 'Catalog_Номенклатура', 'Catalog_УпаковкиЕдиницыИзмерения', 'Document_ЗаказНаПеремещение'],
      ...['InformationRegister_ТоварныеОграничения', 'AccumulationRegister_ТоварыНаСкладах'],
      'AccumulationRegister_ТоварыКПоступлению',
    ];
    const steps = await check({ onec: { published, flavour: 'ut-11.4' } });
    expect(failedOf(steps)).toMatchObject([
      {
        id: 'strategy',
        code: 'onec-no-stock-register',
        cure: expect.stringContaining('«Регистры накопления → Товары к отгрузке»'),
      },
    ]);
  });
});

it('names a donor that 1C does not have, and lists what there is', async () => {
  const steps = await check({}, { donors: ['Бестужевых', 'Контейнер'], recipients: null });
  expect(failedOf(steps)).toMatchObject([
    {
      id: 'warehouses',
      detail: 'в 1С нет: «Контейнер» (DONOR_WAREHOUSES)',
      more: [expect.stringContaining('Магазин Мира')],
    },
  ]);
});

it('leaves nothing that could throw later when it is stopped half-way or after its end', async () => {
  world = await startSmallWorld();
  const stop = new AbortController();
  await runSteps(world.onec.check(WHOLE), { signal: stop.signal });
  stop.abort();
  await new Promise(setImmediate);
  const half = new AbortController();
  const steps = await runSteps(world.connect({}).check(WHOLE), {
    signal: half.signal,
    onStep: ({ id }) => (id === 'strategy' ? half.abort() : undefined),
  });
  expect(step(steps, 'metadata')).toMatchObject({ result: 'fail', code: 'onec-interrupted' });
});

it('gives a few items that have limits, without folders and doubles', async () => {
  world = await startSmallWorld();
  const items = await world.onec.sampleItems(5);
  expect(new Set(items.map(({ itemKey }) => itemKey)).size).toBe(5);
  for (const item of items) expect(item.article).toMatch(/^A-\d+$/);
});
