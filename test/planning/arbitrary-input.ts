import fc from 'fast-check';
import { EMPTY_KEY, type Limit, type PlanInput, type PolicyName, type Stock } from '../../src/shared/planning/types.ts';

const WAREHOUSES = ['w1', 'w2', 'w3', 'w4'].map((key, at) => ({ key, name: `Склад ${9 - at}` }));
const PLACES = WAREHOUSES.flatMap(({ key: warehouseKey }) =>
  ['i1', 'i2', 'i3'].flatMap((itemKey) =>
    [EMPTY_KEY, 'c1'].map((characteristicKey) => ({ warehouseKey, itemKey, characteristicKey })),
  ),
);

/** Mostly pieces and halves, now and then a thousandth: small enough to meet each other, odd enough to need rounding. */
const quantity = (min: number, max: number) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min, max }).map((units) => units * 1000) },
    { weight: 2, arbitrary: fc.integer({ min: min * 2, max: max * 2 }).map((halves) => halves * 500) },
    { weight: 1, arbitrary: fc.integer({ min: min * 1000, max: max * 1000 }) },
  );

const item = (key: string) =>
  fc
    .record({
      article: fc.constantFrom('', 'A', 'B'),
      name: fc.constantFrom('Кабель', 'Лампа'),
      wholeUnits: fc.boolean(),
      type: fc.oneof({ weight: 9, arbitrary: fc.constant('Товар') }, { weight: 1, arbitrary: fc.constant('Услуга') }),
      deletionMark: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    })
    .map((rest) => ({ key, code: key, unit: 'шт', ...rest }));

const sometimes = <T>(arbitrary: fc.Arbitrary<T>, otherwise: T) =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary });

const limit = (place: (typeof PLACES)[number]): fc.Arbitrary<Limit> =>
  fc
    .record({
      minimum: quantity(0, 12),
      maximum: fc.option(quantity(1, 30)),
      pack: fc.option(quantity(0, 7).map((size) => ({ name: 'короб', size }))),
      safety: sometimes(quantity(0, 15), 0),
      reservesFromStock: sometimes(fc.boolean(), false),
      minimumOrder: sometimes(quantity(0, 12), 0),
    })
    .map((rest) => ({ ...place, ...rest }));

const stock = (place: (typeof PLACES)[number]): fc.Arbitrary<Stock> =>
  fc
    .record({ free: quantity(-4, 25), reserved: quantity(0, 3), onOrder: quantity(-1, 5) })
    .map(({ free, reserved, onOrder }) => ({ ...place, free, reserved, onHand: free + reserved, onOrder }));

const open = fc
  .record({
    outboxId: fc.constantFrom('o1', 'o2', 'o3'),
    recipientKey: fc.constantFrom('w1', 'w2', 'w3', 'w4'),
    senderKey: fc.option(fc.constantFrom('w1', 'w2', 'w3', 'w4')),
    itemKey: fc.constantFrom('i1', 'i2', 'i3'),
    characteristicKey: fc.constantFrom(EMPTY_KEY, 'c1'),
    expected: quantity(0, 6),
    shownBy1C: fc.boolean(),
  })
  .map((line) => ({ ...line, kind: line.senderKey === null ? ('order' as const) : ('transfer' as const) }));

const some = <T>(each: (place: (typeof PLACES)[number]) => fc.Arbitrary<T>) =>
  fc.subarray(PLACES, { minLength: PLACES.length / 2 }).chain((places) => fc.tuple(...places.map(each)));

/**
 * A small company: four warehouses, any of them recipient, donor or both; three items, one of which 1C may not know;
 * at most one limit and one balance for each place, as the 1C adapter gives them. Some donors give all or nothing, and
 * of some places 1C keeps a minimum that is not known.
 */
export const arbitraryInput: fc.Arbitrary<PlanInput> = fc.record({
  policy: fc.constantFrom<PolicyName[]>('fill-to-max', 'ut-11.5'),
  recipients: fc.shuffledSubarray(WAREHOUSES, { minLength: 1 }),
  donors: fc
    .shuffledSubarray(WAREHOUSES)
    .chain((donors) =>
      fc.tuple(...donors.map((donor) => sometimes(fc.constant({ ...donor, wholeOnly: true }), donor))),
    ),
  unknownMinimums: sometimes(fc.subarray(PLACES, { maxLength: 3 }), []),
  items: fc.tuple(item('i1'), item('i2'), item('i3')).chain((items) => fc.subarray(items, { minLength: 2 })),
  limits: some(limit),
  stock: some(stock),
  open: fc.array(open, { maxLength: 5 }),
});
