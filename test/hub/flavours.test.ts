import got from 'got';
import { afterEach, describe, expect, it } from 'vitest';
import type { TransferView } from '../../sandbox/onec/control-view.ts';
import type { OnecOptions } from '../../sandbox/onec/onec.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import { smallDataset } from '../support/small-dataset.ts';

/** Objects that every release has and the hub works with. */
const COMMON = [
  'Catalog_Склады',
  'Catalog_Номенклатура',
  'Catalog_УпаковкиЕдиницыИзмерения',
  'Catalog_ХарактеристикиНоменклатуры',
  'Catalog_Организации',
  'Catalog_Приоритеты',
  'Document_ЗаказНаПеремещение',
  'InformationRegister_ТоварныеОграничения',
  'AccumulationRegister_ЗаказыНаПеремещение',
];
const SHELF = ['ТоварыНаСкладах', 'ТоварыКОтгрузке', 'ТоварыКПоступлению'].map((one) => `AccumulationRegister_${one}`);

let hub: TestHub;
afterEach(() => hub.close());

const BASES: Record<string, OnecOptions> = {
  'ut-11.4': { flavour: 'ut-11.4' },
  'ut-11.5.8': { flavour: 'ut-11.5.8' },
  'ut-11.5.20': { flavour: 'ut-11.5.20' },
  'the portable registers alone, of ut-11.4': { flavour: 'ut-11.4', published: [...COMMON, ...SHELF] },
  'the portable registers alone, of ut-11.5.20': { flavour: 'ut-11.5.20', published: [...COMMON, ...SHELF] },
};

describe.each(Object.entries(BASES))('%s', (_name, onec) => {
  it('goes from a scan to documents, and the next scan sees them in 1C and makes none again', async () => {
    hub = await startHub({ backend: 'postgres', dataset: smallDataset({ moved: 3, ordered: 2 }), sandbox: { onec } });
    const first = await hub.scan();
    expect([first.status, first.failures]).toEqual(['completed', []]);
    expect([first.transfers, first.orders]).toEqual([{ done: 3 }, { done: 2 }]);

    const made = (await got(`${hub.sandbox.controlUrl}/1c/transfers`).json<TransferView[]>()).filter((one) =>
      one.Комментарий.startsWith('hub:'),
    );
    expect(made.map(({ Posted, sender, recipient }) => [Posted, sender, recipient])).toEqual(
      Array(3).fill([true, 'Бестужевых', 'Магазин Ленина']),
    );
    for (const { header } of made) {
      expect(header).toMatchObject({ Статус: 'КВыполнению', ВариантПриемкиТоваров: 'РазделенаТолькоПоНакладным' });
      expect('Приоритет_Key' in header).toBe(onec.flavour !== 'ut-11.4');
    }

    const second = await hub.scan();
    expect([second.status, second.failures, second.transfers, second.orders]).toEqual(['completed', [], {}, {}]);
  });
});

it('does not order again what «Распределение запасов» has not worked out yet', async () => {
  const onec = { flavour: 'ut-11.5.8' } as const;
  hub = await startHub({ backend: 'postgres', dataset: smallDataset({ moved: 3, ordered: 0 }), sandbox: { onec } });
  hub.sandbox.onec.distribute(false);
  expect(await hub.scan()).toMatchObject({ status: 'completed', failures: [], transfers: { done: 3 } });

  // The documents are posted, and the register still says that nothing is expected.
  const early = await hub.scan();
  expect([early.status, early.transfers, early.orders]).toEqual(['completed', {}, {}]);
  const run = await hub.services.db.prisma.run.findUniqueOrThrow({ where: { id: early.runId } });
  expect(String(run.warnings)).toContain('остатки которых 1С ещё пересчитывает');

  hub.sandbox.onec.distribute(true);
  const late = await hub.scan();
  expect([late.status, late.transfers, late.orders]).toEqual(['completed', {}, {}]);
});
