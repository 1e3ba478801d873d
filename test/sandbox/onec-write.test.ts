import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lamp, startSmall, TRANSFERS, transferBody, transferLine } from './onec-world.ts';

let world: Awaited<ReturnType<typeof startSmall>>;
beforeEach(async () => {
  world = await startSmall();
});
afterEach(() => world.sandbox.close());
const post = (body: unknown) => world.call('POST', TRANSFERS, body);
const codeOf = (answer: { json: { 'odata.error': { code: string } } }) => answer.json['odata.error'].code;

describe('POST of a transfer order', () => {
  it('answers 201, Location and the whole object under the key that the client sent, not posted', async () => {
    const body = transferBody(5, { Комментарий: 'hub:1' });
    const created = await post(body);
    expect(created.status).toBe(201);
    expect(decodeURIComponent(created.headers.get('location')!)).toBe(
      `${world.sandbox.onecUrl}/Document_ЗаказНаПеремещение(guid'${body.Ref_Key}')`,
    );
    expect(created.json).toMatchObject({ Ref_Key: body.Ref_Key, Posted: false, DeletionMark: false });
    expect(created.json).toMatchObject({
      Комментарий: 'hub:1',
      СпособДоставки: 'Самовывоз',
      ВремяДоставкиС: '0001-01-01T00:00:00',
    });
    expect(created.json.Number).toMatch(/^ТД00-\d{6}$/);
    expect(created.json.DataVersion).toMatch(/^[A-Za-z0-9+/]{11}=$/);
    const read = await world.get(`${TRANSFERS}(guid'${body.Ref_Key}')`);
    expect(read.json).toEqual(created.json);
  });

  it('numbers КодСтроки, writes Int64 as strings and dates arrival by the start of shipping', async () => {
    const lines = [transferLine(2), transferLine(3, { LineNumber: 2, ОкончаниеПоступления: '2026-04-01T00:00:00' })];
    const created = await post(transferBody(1, { Товары: lines }));
    expect(created.json.МаксимальныйКодСтроки).toBe('2');
    expect(created.json.Товары.map((line: Record<string, unknown>) => [line.LineNumber, line.КодСтроки])).toEqual([
      ['1', '1'],
      ['2', '2'],
    ]);
    expect(created.json.Товары[1].ОкончаниеПоступления).toBe('2026-03-02T00:00:00');
    expect(created.json.Товары[0].СтатусУказанияСерий).toBe(0);
  });

  it('refuses a key that exists with 400 code 15, changes nothing, and counts the attempt', async () => {
    const body = transferBody(5);
    await post(body);
    const again = await post({ ...body, Комментарий: 'другой' });
    expect([again.status, codeOf(again)]).toEqual([400, '15']);
    expect(again.json['odata.error'].message.value).toBe('Сущность с таким ключом уже существует');
    const seen = (await world.control('GET', '/1c/transfers')).json.find(
      (one: { Ref_Key: string }) => one.Ref_Key === body.Ref_Key,
    );
    expect(seen).toMatchObject({ posts: 2, Комментарий: '' });
  });

  it('gives a key of its own where the base ignores the one that was sent', async () => {
    const other = await startSmall({ onec: { clientKeys: 'ignored' } });
    const body = transferBody(1);
    const created = await other.call('POST', TRANSFERS, body);
    await other.sandbox.close();
    expect(created.status).toBe(201);
    expect(created.json.Ref_Key).not.toBe(body.Ref_Key);
  });

  it('answers 500 for rows without LineNumber and 400 for gaps, and writes neither', async () => {
    const before = (await world.get(`${TRANSFERS}/$count`)).text;
    const { LineNumber: _gone, ...without } = transferLine(1);
    const missing = await post(transferBody(1, { Товары: [without] }));
    expect([missing.status, codeOf(missing)]).toEqual([500, '-1']);
    expect(missing.json['odata.error'].message.value.toLowerCase()).toContain('внутренняя ошибка odata сервиса');
    const gap = await post(transferBody(1, { Товары: [transferLine(1), transferLine(1, { LineNumber: '3' })] }));
    expect(gap.status).toBe(400);
    expect((await world.get(`${TRANSFERS}/$count`)).text).toBe(before);
  });

  it('ignores unknown properties, cuts long strings, takes a guid that points nowhere', async () => {
    const nowhere = '99999999-9999-4999-8999-999999999999';
    const created = await post(
      transferBody(1, { Опечатка: 'x', АдресДоставки: 'а'.repeat(700), Приоритет_Key: nowhere }),
    );
    expect(created.status).toBe(201);
    expect(created.json).not.toHaveProperty('Опечатка');
    expect(created.json.АдресДоставки).toHaveLength(500);
    expect(created.json.Приоритет_Key).toBe(nowhere);
  });

  it('drops a time zone instead of converting it', async () => {
    const created = await post(transferBody(1, { Date: '2026-03-01T21:00:00.000Z' }));
    expect(created.json.Date).toBe('2026-03-01T21:00:00');
  });

  it.each([
    ['broken JSON', '{"Date":', 500, '-1'],
    ['a bad guid', { СкладПолучатель_Key: 'склад' }, 400, '1'],
    ['a bad boolean', { DeletionMark: 'да' }, 400, '1'],
    ['a bad date', { Date: '01.03.2026' }, 400, '1'],
    ['a member that the enumeration lacks', { Статус: 'КОбеспечению' }, 400, '4'],
  ])('refuses %s', async (_name, body, status, code) => {
    const answer = await post(body);
    expect([answer.status, codeOf(answer)]).toEqual([status, code]);
  });

  it('rounds pieces and keeps thousandths of what divides', async () => {
    const lines = [
      transferLine(2.4),
      transferLine(0.1234, { LineNumber: '2', Номенклатура_Key: '33333333-3333-4333-8333-333333333332' }),
    ];
    const created = await post(transferBody(1, { Товары: lines }));
    expect(created.json.Товары.map((line: Record<string, unknown>) => line.Количество)).toEqual([2, 0.123]);
  });
});

describe('PATCH and DELETE', () => {
  it('changes what is named, replaces the table as a whole, and rises DataVersion whatever If-Match says', async () => {
    const body = transferBody(5, { Комментарий: 'было' });
    const created = await post(body);
    const changed = await world.call(
      'PATCH',
      `${TRANSFERS}(guid'${body.Ref_Key}')`,
      { Комментарий: 'стало', Ref_Key: lamp, Товары: [transferLine(7)] },
      { 'if-match': 'stale' },
    );
    expect(changed.status).toBe(200);
    expect(changed.json).toMatchObject({ Ref_Key: body.Ref_Key, Комментарий: 'стало', Number: created.json.Number });
    expect(changed.json.Товары).toHaveLength(1);
    expect(changed.json.Товары[0].Количество).toBe(7);
    expect(changed.json.DataVersion).not.toBe(created.json.DataVersion);
  });

  it('deletes physically', async () => {
    const body = transferBody(1);
    await post(body);
    expect((await world.call('DELETE', `${TRANSFERS}(guid'${body.Ref_Key}')`)).status).toBe(204);
    const gone = await world.get(`${TRANSFERS}(guid'${body.Ref_Key}')`);
    expect([gone.status, codeOf(gone)]).toEqual([404, '9']);
  });
});

it('finds an order by the marker in its comment', async () => {
  const body = transferBody(1, { Комментарий: 'hub:abc Пополнение' });
  await post(body);
  const filter = "substringof('hub:abc',Комментарий) and Date ge datetime'2026-03-01T00:00:00'";
  const found = await world.get(`${TRANSFERS}?$filter=${encodeURIComponent(filter)}&$select=Ref_Key,Товары`);
  expect(found.json.value).toMatchObject([{ Ref_Key: body.Ref_Key, Товары: [{ Количество: 1 }] }]);
});
