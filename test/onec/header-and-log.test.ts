import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { FLAVOURS } from '../../sandbox/onec/schema/flavours.ts';
import type { Clock } from '../../src/shared/clock/clock.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { createCollections } from '../../src/shared/onec/collections.ts';
import { type OneCConfig, settle } from '../../src/shared/onec/config.ts';
import { createOneCHttp } from '../../src/shared/onec/http.ts';
import { createOneC } from '../../src/shared/onec/onec.ts';
import { type Shape, UNKNOWN_SHAPE } from '../../src/shared/onec/shapes.ts';
import { changedHeader } from '../../src/shared/onec/transfer-compare.ts';
import { createTransferDefaults, valuesOf } from '../../src/shared/onec/transfer-defaults.ts';
import { type Reply, type ScriptedServer, startScripted } from './scripted-server.ts';
import { command, DONOR, failure, fixedClock, NOW, OUTBOX_ID, SHOP, startSmallWorld } from './small-world.ts';

const EMPTY = '00000000-0000-0000-0000-000000000000';
const key = (index: number) => `ffffffff-0000-4000-8000-${String(index).padStart(12, '0')}`;
const named = (index: number, name: string, over = {}) => ({
  Ref_Key: key(index),
  Description: name,
  DeletionMark: false,
  ...over,
});
const order = (over: Record<string, unknown>) => ({
  Number: 'ТД00-000007',
  Date: '2026-03-01T10:00:00',
  Организация_Key: key(1),
  Приоритет_Key: key(2),
  ВариантПриемкиТоваров: 'РазделенаТолькоПоНакладным',
  ПеремещениеПодДеятельность: 'ПродажаОблагаетсяНДС',
  Подразделение_Key: key(3),
  Ответственный_Key: key(4),
  Автор_Key: key(5),
  ...over,
});

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function defaults(
  rows: Record<string, (filter: string) => unknown[]>,
  over: Partial<OneCConfig> = {},
  clock: Clock = fixedClock,
  shape: Shape = UNKNOWN_SHAPE,
) {
  const server: ScriptedServer = await startScripted(
    ({ path, query }): Reply => ({ status: 200, json: { value: rows[path]?.(query.get('$filter') ?? '') ?? [] } }),
  );
  const settings = settle({ ...server.config, ...over });
  const http = createOneCHttp(settings, { log: silentLog });
  closers.push(server.close, http.close);
  const read = createTransferDefaults(createCollections(http, settings), settings, {
    ...{ clock, shapes: { current: async () => shape, forget: () => undefined } },
  });
  const chosen = () => read({ senderKey: DONOR, recipientKey: SHOP });
  return { server, chosen, read: async () => valuesOf(await chosen()) };
}

const priorities = () => [named(20, 'Высокий'), named(21, 'Низкий')];

describe('what the header of an order is filled with', () => {
  it('the latest posted order of the same route', async () => {
    const { read, server } = await defaults({
      Document_ЗаказНаПеремещение: (filter) => [order(filter.includes(SHOP) ? { Организация_Key: key(9) } : {})],
    });
    expect(await read()).toEqual({
      organizationKey: key(9),
      priorityKey: key(2),
      acceptance: 'РазделенаТолькоПоНакладным',
      activity: 'ПродажаОблагаетсяНДС',
      departmentKey: key(3),
      responsibleKey: key(4),
      authorKey: key(5),
    });
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]!.query.get('$filter')).toContain('Posted eq true');
    expect(server.asked[0]!.query.get('$orderby')).toBe('Date desc');
  });

  it('says of each value where it comes from, and asks another order only for what the first leaves empty', async () => {
    const { chosen, server } = await defaults(
      {
        Document_ЗаказНаПеремещение: (filter) => [
          filter.includes(SHOP) ? order({ Подразделение_Key: EMPTY }) : order({ Number: 'ТД00-000009' }),
        ],
      },
      { acceptance: 'НеРазделенаПоНакладным' },
    );
    const { organizationKey, acceptance, departmentKey } = await chosen();
    expect(organizationKey.source).toEqual({ from: 'route', number: 'ТД00-000007', date: '2026-03-01T10:00:00' });
    expect(departmentKey).toMatchObject({ value: key(3), source: { from: 'latest', number: 'ТД00-000009' } });
    expect(acceptance).toEqual({
      value: 'НеРазделенаПоНакладным',
      source: { from: 'setting', variable: 'API_1C_ACCEPTANCE' },
    });
    expect(server.asked).toHaveLength(2);
  });

  it('asks a release only for what its metadata has, and refuses an acceptance variant that it has not', async () => {
    const old: Shape = {
      has: (_type, property) => !['Приоритет_Key', 'Автор_Key', 'ПеремещениеПодДеятельность'].includes(property),
      members: (name) => (name === 'ВариантыПриемкиТоваров' ? new Set(['РазделенаТолькоПоНакладным']) : null),
      known: true,
    };
    const rows = { Document_ЗаказНаПеремещение: () => [order({ Приоритет_Key: undefined, Автор_Key: undefined })] };
    const { chosen, server } = await defaults(rows, {}, fixedClock, old);
    expect(await chosen()).toMatchObject({
      organizationKey: { value: key(1) },
      priorityKey: { source: { from: 'absent' } },
      activity: { source: { from: 'absent' } },
    });
    expect(server.asked[0]!.query.get('$select')).not.toContain('Приоритет_Key');
    const wrong = await defaults(rows, { acceptance: 'Как-нибудь' }, fixedClock, old);
    const error = await failure(wrong.chosen());
    expect(error.message).toContain('API_1C_ACCEPTANCE = «Как-нибудь»');
    expect(error.message).toContain('РазделенаТолькоПоНакладным');
  });

  it('else the latest of any route', async () => {
    const { read } = await defaults({
      Document_ЗаказНаПеремещение: (filter) => (filter.includes(SHOP) ? [] : [order({})]),
    });
    expect(await read()).toMatchObject({ organizationKey: key(1), priorityKey: key(2) });
  });

  it('else the only organisation, the first priority and the standard values', async () => {
    const { read } = await defaults({
      Catalog_Организации: () => [named(10, 'Одна'), named(11, 'Бывшая', { DeletionMark: true })],
      Catalog_Приоритеты: priorities,
    });
    expect(await read()).toEqual({
      organizationKey: key(10),
      priorityKey: key(20),
      acceptance: 'РазделенаПоЗаказамИНакладным',
      activity: 'ПродажаОблагаетсяНДС',
      departmentKey: EMPTY,
      responsibleKey: EMPTY,
      authorKey: EMPTY,
    });
  });

  it.each<[string, unknown[], RegExp]>([
    ['several', [named(10, 'Первая'), named(11, 'Вторая')], /API_1C_ORGANIZATION.*«Первая» \(f.*«Вторая»/],
    ['none', [], /Справочник пуст/],
  ])('with %s organisations and no order it asks a person, and makes nothing up', async (_, organizations, message) => {
    const { read } = await defaults({ Catalog_Организации: () => organizations, Catalog_Приоритеты: priorities });
    const error = await failure(read());
    expect([error.outcome, error.code]).toEqual(['not-now', 'onec-configuration']);
    expect(error.message).toMatch(message);
  });

  it('a name that two organisations bear needs the key', async () => {
    const rows = {
      Catalog_Организации: () => [named(10, 'Близнец'), named(11, 'Близнец')],
      Catalog_Приоритеты: priorities,
    };
    const { read } = await defaults(rows, { organization: 'Близнец' });
    expect((await failure(read())).message).toMatch(/таких 2, укажите ключ/);
    const byKey = await defaults(rows, { organization: key(11).toUpperCase() });
    expect(await byKey.read()).toMatchObject({ organizationKey: key(11) });
  });

  it('is kept for five minutes and then read anew; a failure is not kept', async () => {
    let now = NOW.getTime();
    let fails = true;
    const clock: Clock = { ...fixedClock, now: () => new Date(now) };
    const { read, server } = await defaults(
      { Document_ЗаказНаПеремещение: () => (fails ? [{ Организация_Key: 1 }] : [order({})]) },
      {},
      clock,
    );
    await failure(read());
    fails = false;
    await read();
    await read();
    expect(server.asked).toHaveLength(2);
    now += 5 * 60_000;
    await read();
    expect(server.asked).toHaveLength(3);
  });
});

describe('log lines', () => {
  it('carry neither credentials nor what was sent', async () => {
    const world = await startSmallWorld();
    closers.push(world.close);
    const written: string[] = [];
    const destination = new Writable({
      write(chunk, _, done) {
        written.push(String(chunk));
        done();
      },
    });
    const log = pino({ level: 'trace' }, destination);
    const { onecUrl: url, onecUser: user, onecPassword: password } = world.sandbox;
    const onec = createOneC({ url, user, password }, { log, clock: fixedClock });
    await onec.readSnapshot({ choose: ({ warehouses }) => ({ recipients: warehouses, donors: [] }) });
    await onec.makeTransfer(command({ comment: 'секретная приписка' }), { lookFirst: true });
    world.sandbox.faults.add({ system: '1c', kind: 'drop-before', times: null });
    await failure(onec.ping());
    await onec.close();
    expect(written.length).toBeGreaterThan(10);
    for (const secret of [
      password,
      user,
      Buffer.from(`${user}:${password}`).toString('base64'),
      'секретная',
      OUTBOX_ID,
      'Товар 1',
    ]) {
      expect(written.join('')).not.toContain(secret);
    }
  });

  it.each(FLAVOURS)('say nothing of a header that %s stored as it was sent', async (flavour) => {
    const world = await startSmallWorld({ onec: { flavour, gotchas: { 14: true } } });
    closers.push(world.close);
    const warned: unknown[] = [];
    const log = { ...silentLog, warn: (entry: unknown) => void warned.push(entry) } as typeof silentLog;
    const { onecUrl: url, onecUser: user, onecPassword: password } = world.sandbox;
    const onec = createOneC({ url, user, password }, { log, clock: fixedClock });
    closers.push(() => onec.close());
    expect(await onec.makeTransfer(command(), { lookFirst: false })).toMatchObject({ posted: true });
    expect(warned).toEqual([]);
  });
});

it('a header is compared name by name; keys without regard to case, and «Закрыт» is no change of status', () => {
  const sent = { Ref_Key: 'AB-1', Статус: 'КВыполнению', Приоритет_Key: 'cd-2', Комментарий: 'hub:1', Товары: [] };
  expect(changedHeader(sent, { ...sent, Ref_Key: 'ab-1', Статус: 'Закрыт' })).toEqual([]);
  expect(changedHeader(sent, { ...sent, Статус: 'НаСогласовании', Комментарий: 'hub' })).toEqual([
    'Статус',
    'Комментарий',
  ]);
  expect(changedHeader(sent, { Ref_Key: 'AB-1', Статус: 'КВыполнению', Комментарий: 'hub:1' })).toEqual([
    'Приоритет_Key',
  ]);
});
