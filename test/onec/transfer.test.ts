import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultRequest } from '../../sandbox/faults.ts';
import type { ControlledStock } from '../../sandbox/onec/control-view.ts';
import type { MakeOptions } from '../../src/shared/onec/port.ts';
import {
  command,
  DOCUMENT_KEY,
  DONOR,
  failure,
  itemKey,
  KILOS,
  NOW,
  OUTBOX_ID,
  oursIn,
  PIECES,
  SCARCE,
  SHOP,
  type SmallWorld,
  startSmallWorld,
} from './small-world.ts';

const EMPTY = '00000000-0000-0000-0000-000000000000';
const POST_DOCUMENT = { method: 'POST', path: 'Document_ЗаказНаПеремещение?' };
const POST_POSTING = { method: 'POST', path: '/Post' };

let world: SmallWorld;
beforeEach(async () => {
  world = await startSmallWorld();
});
afterEach(() => world.close());

const fault = (request: Omit<FaultRequest, 'system'>) =>
  world.sandbox.faults.add({ system: '1c', times: 1, ...request });
const fired = (id: string) => world.sandbox.faults.get(id)?.fired;
const freeAt = async (warehouse: string, item: string) => {
  const rows = await world.control<ControlledStock[]>('/1c/stock');
  return rows.find((row) => row.warehouseKey === warehouse && row.itemKey === item);
};
const make = (over: Parameters<typeof command>[0] = {}, options: Partial<MakeOptions> = {}) =>
  world.onec.makeTransfer(command(over), { lookFirst: false, ...options });

describe('making a transfer order', () => {
  it('writes, posts, reads back and says which document it was', async () => {
    const steps: string[] = [];
    const made = await make({}, { onStep: (step) => void steps.push(step) });
    const [document, ...others] = await oursIn(world);
    expect(others).toEqual([]);
    expect(made).toEqual({ key: DOCUMENT_KEY, number: document!.Number, url: null, posted: true, found: false });
    expect(steps).toEqual(['sent', 'posted', 'compared']);
    expect(document).toMatchObject({ Ref_Key: DOCUMENT_KEY, Posted: true, DeletionMark: false, posts: 1 });
    expect(document!.Комментарий).toBe(`hub:${OUTBOX_ID} Пополнение магазина`);
    expect(document!.lines).toMatchObject([
      { Номенклатура_Key: PIECES, Количество: 5, ВариантОбеспечения: 'Отгрузить' },
      { Номенклатура_Key: KILOS, Количество: 1.25, ВариантОбеспечения: 'Отгрузить' },
    ]);
  });

  it('looks up what it refers to together with others that are made at the same time; what one refers to in vain is its own fault', async () => {
    const count = {
      system: '1c',
      kind: 'latency',
      ms: 0,
      match: { method: 'GET', path: 'Catalog_Номенклатура' },
    } as const;
    const { id } = world.sandbox.faults.add(count);
    const items = [PIECES, ...[4, 5, 6, 7, 8].map(itemKey), itemKey(999)];
    const ends = await Promise.allSettled(
      items.map((item) => {
        const line = { itemKey: item, characteristicKey: EMPTY, quantity: 1000 };
        return make({ key: randomUUID(), outboxId: randomUUID(), lines: [line] });
      }),
    );
    expect(ends.map(({ status }) => status)).toEqual([...Array(6).fill('fulfilled'), 'rejected']);
    expect(ends.at(-1)).toMatchObject({ reason: { code: 'onec-bad-reference' } });
    expect(fired(id)).toBeLessThanOrEqual(2);
  });

  it('moves the registers: the sender has less, the recipient expects more', async () => {
    const before = [await freeAt(DONOR, PIECES), await freeAt(SHOP, KILOS)];
    await make();
    expect((await freeAt(DONOR, PIECES))!.free).toBe(before[0]!.free - 5);
    expect((await freeAt(SHOP, KILOS))!.onOrder).toBe(before[1]!.onOrder + 1.25);
  });

  it("dates the document by the clock of 1C's server, also when UTC is still on the day before", async () => {
    await make();
    const { header } = (await oursIn(world))[0]!;
    expect(header.Date).toBe('2025-03-15T01:15:00');
    expect(header.ЖелаемаяДатаПоступления).toBe('2025-03-15T00:00:00');
    const state = await world.onec.findTransfer(DOCUMENT_KEY);
    expect(state!.date).toBe('2025-03-15T01:15:00+03:00');
    expect(new Date(state!.date)).toEqual(NOW);
  });

  it('fills the header as the latest posted order of the base did, not as a draft did', async () => {
    await make();
    const all =
      await world.control<{ Комментарий: string; Posted: boolean; header: Record<string, unknown> }[]>('/1c/transfers');
    const pattern = all.find(({ Комментарий, Posted }) => Posted && Комментарий === 'Создан вручную')!.header;
    const { header } = all.find(({ Комментарий }) => Комментарий.startsWith('hub:'))!;
    const copied = [
      'Организация_Key',
      'Приоритет_Key',
      'ВариантПриемкиТоваров',
      'Подразделение_Key',
      'Ответственный_Key',
      'Автор_Key',
    ];
    for (const name of copied) {
      expect(pattern[name], name).toBeTruthy();
      expect(header[name], name).toBe(pattern[name]);
    }
    expect(header).toMatchObject({ Статус: 'КВыполнению', ОрганизацияПолучатель_Key: header.Организация_Key });
  });

  it('leaves a draft unposted when told to', async () => {
    const made = await make({ posting: 'draft' });
    expect(made.posted).toBe(false);
    expect(await oursIn(world)).toMatchObject([{ Posted: false, DeletionMark: false }]);
  });

  it.each<[string, Parameters<typeof command>[0], RegExp]>([
    ['equal warehouses', { recipientKey: DONOR }, /совпадают/],
    ['no lines', { lines: [] }, /ни одной строки/],
    [
      'a quantity of zero',
      { lines: [{ itemKey: PIECES, characteristicKey: EMPTY, quantity: 0 }] },
      /строка 1: количество 0/,
    ],
    ['half a thousandth', { lines: [{ itemKey: PIECES, characteristicKey: EMPTY, quantity: 0.5 }] }, /количество 0.5/],
    ['an empty item', { lines: [{ itemKey: EMPTY, characteristicKey: EMPTY, quantity: 1 }] }, /номенклатура/],
    ['a key that is none', { key: 'abc' }, /«abc» не ключ/],
  ])('refuses %s itself, because 1C would store it without a word', async (_, over, message) => {
    const error = await failure(make(over));
    expect([error.outcome, error.code]).toEqual(['refused', 'onec-bad-command']);
    expect(error.message).toMatch(message);
    expect((await world.control<{ requests: { '1c': { total: number } } }>('/state')).requests['1c'].total).toBe(0);
  });
});

describe('never twice', () => {
  it.each([
    ['after the write', { kind: 'drop-after' as const, match: POST_DOCUMENT }],
    ['before the write', { kind: 'drop-before' as const, match: POST_DOCUMENT }],
    ['after the posting', { kind: 'drop-after' as const, match: POST_POSTING }],
    ['before the posting', { kind: 'drop-before' as const, match: POST_POSTING }],
    ['by a proxy, after the write', { kind: 'html' as const, status: 504, match: POST_DOCUMENT }],
    ['by a proxy that finds no server for the posting', { kind: 'down' as const, match: POST_POSTING }],
    ['while reading back', { kind: 'html' as const, match: { method: 'GET', path: `(guid'${DOCUMENT_KEY}')` } }],
  ])('an answer lost %s is "unknown", and looking first ends with exactly one posted document', async (_, request) => {
    const before = (await freeAt(DONOR, PIECES))!.free;
    const { id } = fault(request);
    const error = await failure(make());
    expect(error.outcome).toBe('unknown');
    expect(fired(id)).toBe(1);
    const made = await make({}, { lookFirst: true });
    expect(made).toMatchObject({ key: DOCUMENT_KEY, posted: true });
    expect(await oursIn(world)).toMatchObject([{ Ref_Key: DOCUMENT_KEY, Posted: true, posts: 1 }]);
    expect((await freeAt(DONOR, PIECES))!.free).toBe(before - 5);
  });

  it.each(['looked', 'sent', 'posted', 'compared'])(
    'a death right after "%s" is continued, not repeated',
    async (last) => {
      const onStep = (step: string) => {
        if (step === last) throw new Error(`killed after ${step}`);
      };
      await expect(make({}, { lookFirst: true, onStep })).rejects.toThrow(`killed after ${last}`);
      const steps: string[] = [];
      const made = await make({}, { lookFirst: true, onStep: (step) => void steps.push(step) });
      expect(made.found).toBe(last !== 'looked');
      expect(steps).toEqual(
        { looked: ['looked', 'sent', 'posted', 'compared'], sent: ['looked', 'posted', 'compared'] }[last] ?? [
          'looked',
          'compared',
        ],
      );
      expect(await oursIn(world)).toMatchObject([{ Posted: true, posts: 1 }]);
    },
  );

  it('takes "this key exists" (code 15) for what it is and goes on with that document', async () => {
    await make();
    const made = await make();
    expect(made).toMatchObject({ key: DOCUMENT_KEY, posted: true, found: true });
    expect(await oursIn(world)).toMatchObject([{ posts: 2, Posted: true }]);
  });

  it('looks behind any other "no" to the write as well: which one a duplicate gets is not documented', async () => {
    await make();
    fault({ kind: 'status', match: POST_DOCUMENT, status: 500, code: -1, message: 'Запись с таким ключом существует' });
    expect(await make()).toMatchObject({ key: DOCUMENT_KEY, found: true });
    fault({ kind: 'status', match: POST_DOCUMENT, status: 500, code: -1, message: 'Запрещено' });
    const other = await failure(make({ key: 'dddddddd-0000-5000-8000-000000000002', outboxId: 'another' }));
    expect([other.outcome, other.code]).toEqual(['refused', 'onec-business-refusal']);
  });

  it('finds its document by the marker where the base gave it a key of its own, and does not make a second', async () => {
    await world.close();
    world = await startSmallWorld({ onec: { clientKeys: 'ignored' } });
    const first = await failure(make());
    expect([first.outcome, first.code]).toEqual(['refused', 'onec-foreign-key']);
    const made = await make({}, { lookFirst: true });
    const [document, ...others] = await oursIn(world);
    expect(others).toEqual([]);
    expect(made).toMatchObject({ key: document!.Ref_Key, found: true, posted: true });
    expect(made.key).not.toBe(DOCUMENT_KEY);
  });

  it('refuses when two documents carry its marker, naming both', async () => {
    await world.close();
    world = await startSmallWorld({ onec: { clientKeys: 'ignored' } });
    await failure(make());
    await failure(make());
    const error = await failure(make({}, { lookFirst: true }));
    expect([error.outcome, error.code]).toEqual(['refused', 'onec-doubled-document']);
    for (const document of await oursIn(world)) expect(error.message).toContain(document.Number);
  });

  it("does not take another row's document for its own, though its marker begins the same", async () => {
    await world.close();
    world = await startSmallWorld({ onec: { clientKeys: 'ignored' } });
    await failure(make({ outboxId: `${OUTBOX_ID}0` }));
    await failure(make({}, { lookFirst: true }));
    expect(await oursIn(world)).toHaveLength(2);
  });
});

describe('when 1C says no', () => {
  const tooMuch = { lines: [{ itemKey: SCARCE, characteristicKey: EMPTY, quantity: 50_000 }] };

  it("passes the refusal to post on in 1C's words and leaves no stray draft", async () => {
    const error = await failure(make(tooMuch));
    expect([error.outcome, error.code]).toEqual(['refused', 'onec-business-refusal']);
    expect(error.message).toContain(
      'Для отгрузки/резервирования необособленного товара "Товар 3" на складе "Бестужевых"',
    );
    expect(error.details).toMatchObject({ withdrawn: true, key: DOCUMENT_KEY });
    expect(await oursIn(world)).toMatchObject([{ Posted: false, DeletionMark: true }]);
  });

  it('takes its own deletion mark off and posts, once a person asks to try again', async () => {
    fault({ kind: 'status', match: POST_POSTING, status: 500, code: -1, message: 'Период закрыт' });
    expect((await failure(make())).message).toContain('Период закрыт');
    expect(await make({}, { lookFirst: true })).toMatchObject({ found: true, posted: true });
    expect(await oursIn(world)).toMatchObject([
      { Posted: true, DeletionMark: false, Комментарий: `hub:${OUTBOX_ID} Пополнение магазина`, posts: 1 },
    ]);
  });

  it('tells that the draft stayed when it could not be withdrawn', async () => {
    const { id } = fault({ kind: 'html', match: { method: 'PATCH' } });
    const error = await failure(make(tooMuch));
    expect(fired(id)).toBe(1);
    expect([error.outcome, error.code, error.details.withdrawn]).toEqual(['refused', 'onec-business-refusal', false]);
    expect(error.message).toMatch(/остался в 1С/);
  });

  it("does not touch a document that a person marked for deletion: that is the person's decision", async () => {
    await make();
    await world.control('/1c/delete', { transferKey: DOCUMENT_KEY });
    const error = await failure(make({}, { lookFirst: true }));
    expect([error.outcome, error.code]).toEqual(['refused', 'onec-marked-for-deletion']);
    expect(await oursIn(world)).toMatchObject([{ Posted: false, DeletionMark: true, posts: 1 }]);
  });

  it('never posts a document that 1C stored otherwise than asked (it rounds pieces), and says what differs', async () => {
    const error = await failure(make({ lines: [{ itemKey: PIECES, characteristicKey: EMPTY, quantity: 2_600 }] }));
    expect([error.outcome, error.code]).toEqual(['refused', 'onec-document-differs']);
    expect(error.message).toContain(`строка ${PIECES}: 3 вместо 2,6`);
    expect(await oursIn(world)).toMatchObject([{ Posted: false, DeletionMark: true }]);
  });

  it('refuses a found document that is not the one asked for, and leaves it as it is', async () => {
    await make();
    const lines = [{ itemKey: PIECES, characteristicKey: EMPTY, quantity: 7_000 }];
    const error = await failure(
      make({ lines, recipientKey: 'aaaaaaaa-0000-4000-8000-000000000003' }, { lookFirst: true }),
    );
    expect([error.outcome, error.code]).toEqual(['refused', 'onec-document-differs']);
    expect(error.details.differences).toHaveLength(3);
    expect(await oursIn(world)).toMatchObject([{ Posted: true, DeletionMark: false, posts: 1 }]);
  });
});

describe('when 1C is not there', () => {
  it.each([
    ['the web server is down', { kind: 'down' as const, times: null }],
    ['it is down for the look', { kind: 'html' as const, match: { method: 'GET' }, times: null }],
  ])('%s: "not now", and nothing was made', async (_, request) => {
    fault(request);
    expect((await failure(make({}, { lookFirst: true }))).outcome).toBe('not-now');
    world.sandbox.faults.clear();
    expect(await oursIn(world)).toEqual([]);
  });

  it('a wrong password is "not now" and names the settings', async () => {
    const error = await failure(world.connect({ password: 'не тот' }).makeTransfer(command(), { lookFirst: true }));
    expect([error.outcome, error.code]).toEqual(['not-now', 'onec-credentials']);
    expect(error.message).toMatch(/API_1C_USER.*API_1C_PASSWORD/);
  });

  it('no rights to write is a refusal: waiting does not help', async () => {
    fault({ kind: 'status', match: POST_DOCUMENT, status: 401, code: 20, message: 'Недостаточно прав' });
    const error = await failure(make());
    expect([error.outcome, error.code]).toEqual(['refused', 'onec-no-rights']);
  });

  it('a document type that is not published is "not now" and says where to tick it', async () => {
    await world.close();
    world = await startSmallWorld({ onec: { unpublished: ['Document_ЗаказНаПеремещение'] } });
    const error = await failure(make());
    expect([error.outcome, error.code]).toEqual(['not-now', 'onec-not-published']);
    expect(error.message).toContain('Document_ЗаказНаПеремещение');
    expect(error.message).toContain('Настройка автоматического REST-сервиса');
  });
});

describe('settings for the header', () => {
  it('are found by name or by key and win over the latest order', async () => {
    const onec = world.connect({
      organization: 'бизнесмедиа ооо',
      priority: 'Высокий',
      acceptance: 'НеРазделенаПоНакладным',
      responsible: 'Администратор',
    });
    await onec.makeTransfer(command(), { lookFirst: false });
    const { header } = (await oursIn(world))[0]!;
    const usual = (await world.control<{ header: Record<string, string>; Posted: boolean }[]>('/1c/transfers')).find(
      ({ Posted }) => Posted,
    )!;
    expect(header.ВариантПриемкиТоваров).toBe('НеРазделенаПоНакладным');
    expect(header.Приоритет_Key).not.toBe(usual.header.Приоритет_Key);
    expect(header.Ответственный_Key).not.toBe(usual.header.Ответственный_Key);
    expect(header.Автор_Key).toBe(header.Ответственный_Key);

    const byKey = world.connect({ priority: String(header.Приоритет_Key) });
    await byKey.makeTransfer(command({ key: 'dddddddd-0000-5000-8000-000000000002', outboxId: 'second' }), {
      lookFirst: false,
    });
    expect((await oursIn(world)).map((one) => one.header.Приоритет_Key)).toEqual([
      header.Приоритет_Key,
      header.Приоритет_Key,
    ]);
  });

  it('that name nothing are "not now" with the variable, the value and what there is', async () => {
    const error = await failure(
      world.connect({ organization: 'Рога и копыта' }).makeTransfer(command(), { lookFirst: false }),
    );
    expect([error.outcome, error.code]).toEqual(['not-now', 'onec-configuration']);
    expect(error.message).toMatch(/API_1C_ORGANIZATION = «Рога и копыта».*БизнесМедиа ООО/);
    expect(await oursIn(world)).toEqual([]);
  });
});

describe('finding a transfer order', () => {
  it('gives NULL for a key that 1C does not have', async () => {
    expect(await world.onec.findTransfer('eeeeeeee-0000-4000-8000-000000000009')).toBeNull();
  });

  it('gives the document as 1C holds it', async () => {
    await make();
    expect(await world.onec.findTransfer(DOCUMENT_KEY)).toMatchObject({
      key: DOCUMENT_KEY,
      posted: true,
      deletionMark: false,
      senderKey: DONOR,
      recipientKey: SHOP,
      lines: [
        { itemKey: PIECES, quantity: 5000, cancelled: false },
        { itemKey: KILOS, quantity: 1250, cancelled: false },
      ],
    });
  });
});
