import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXPORT_PAGE } from '../../src/api/routes/page-stream.ts';
import { newId } from '../../src/shared/outbox/ids.ts';
import { explain } from '../../src/shared/planning/explain.ts';
import { type ApiFixture, bodyOf, createApiFixture } from './fixture.ts';
import { addDocument, addRun, DONOR, SHOP, WHY } from './seed.ts';

let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(() => api.close());

const ask = (runId: string, query: string, app = api.app) => app.request(`/api/v1/runs/${runId}/lines?${query}`);
const csvOf = async (runId: string, query = '', delimiter = ',') =>
  parse(Buffer.from(await (await ask(runId, `format=csv${query}`)).arrayBuffer()), {
    bom: true,
    columns: true,
    delimiter,
  }) as Record<string, string>[];
const names = { recipientName: SHOP.name, itemName: 'Кабель ВВГ', unit: 'м', donorNames: { [DONOR.key]: DONOR.name } };

describe('GET /api/v1/runs/{id}/lines?format=csv', () => {
  it('holds in each row what the JSON holds, with the explanation', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    const { outboxId } = await addDocument(db, { runId, article: 'A-1', status: 'done', number: '00-000042' });
    await addDocument(db, { runId, article: 'A-2', kind: 'order' });
    const { items } = await bodyOf(await ask(runId, 'format=json'));
    const rows = await csvOf(runId);
    expect(rows).toEqual(
      items.map((line: Record<string, never>) => {
        const { recipient, item, documents, why, ...plain } = line as unknown as Record<string, Record<string, string>>;
        const texts = Object.entries(plain).map(([name, value]) => [name, String(value)]);
        return {
          ...Object.fromEntries(texts),
          recipient_key: recipient!.key,
          recipient_name: recipient!.name,
          item_key: item!.key,
          item_name: item!.name,
          article: item!.article,
          unit: item!.unit,
          characteristic_key: item!.characteristic_key,
          characteristic_name: item!.characteristic_name,
          documents: JSON.stringify(documents),
          why: JSON.stringify(why),
        };
      }),
    );
    expect(rows[0]).toMatchObject({ article: 'A-1', need: '4.5', explanation: explain({ why: WHY }, names, 'ru') });
    expect(JSON.parse(rows[0]!.documents!)).toMatchObject([{ outbox_id: outboxId, number: '00-000042' }]);
  });

  it('is a file with a byte order mark, and has headings only where nothing matches', async () => {
    const runId = await addRun(api.deps.db);
    const response = await ask(runId, 'format=csv');
    expect(response.headers.get('Content-Type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('Content-Disposition')).toBe(`attachment; filename="run-${runId}-lines.csv"`);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(bytes.subarray(3).toString()).toMatch(/^id,recipient_key,[\w,]+,why\r\n$/);
  });

  it('keeps formulas in names from running, and leaves numbers below zero numbers', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    const { lineId } = await addDocument(db, { runId, article: '=HYPERLINK("http://x")', itemName: '@кабель "1";2' });
    await db.prisma.runLine.update({ where: { id: lineId }, data: { free: -2.5, maximum: null } });
    const [row] = await csvOf(runId);
    expect(row).toMatchObject({
      article: `'=HYPERLINK("http://x")`,
      item_name: `'@кабель "1";2`,
      free: '-2.5',
      maximum: '',
    });
  });

  it('has semicolons and commas in numbers for a Russian Excel', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    await addDocument(db, { runId, itemName: 'Кабель; 3×2,5' });
    const [row] = await csvOf(runId, '&delimiter=semicolon', ';');
    expect(row).toMatchObject({ item_name: 'Кабель; 3×2,5', need: '4,5', free: '0,5', minimum: '2' });
    expect(JSON.parse(row!.why!)).toMatchObject({ need: 4.5 });
  });

  it.each(['csv', 'json'])('explains in the language asked for (%s)', async (format) => {
    const { db } = api.deps;
    const runId = await addRun(db);
    await addDocument(db, { runId });
    const explained = async (query: string) =>
      format === 'csv'
        ? (await csvOf(runId, query))[0]!.explanation
        : (await bodyOf(await ask(runId, `format=json${query}`))).items[0].explanation;
    expect(await explained('')).toBe(explain({ why: WHY }, names, 'ru'));
    expect(await explained('&lang=ru')).toBe(explain({ why: WHY }, names, 'ru'));
    expect(await explained('&lang=en')).toBe(explain({ why: WHY }, names, 'en'));
  });

  it('leaves the explanation empty where another release wrote the numbers', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    await addDocument(db, { runId, why: { policy: 'of-an-older-release' } });
    expect((await csvOf(runId))[0]).toMatchObject({ explanation: '', why: '{"policy":"of-an-older-release"}' });
  });

  it('filters as the list does, and is whole whatever the limit', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    await addDocument(db, { runId, article: 'A' });
    await addDocument(db, { runId, article: 'B', kind: 'order' });
    await addDocument(db, { runId, article: 'C', kind: 'order' });
    const articles = async (query: string) => (await csvOf(runId, query)).map(({ article }) => article);
    expect(await articles('&limit=1')).toEqual(['A', 'B', 'C']);
    expect(await articles('&outcome=order')).toEqual(['B', 'C']);
    expect(await articles('&q=c')).toEqual(['C']);
    expect(await articles(`&recipient=${DONOR.key}`)).toEqual([]);
  });

  it('gives every line once, in order, over several pages', async () => {
    const { db } = api.deps;
    const runId = await addRun(db);
    const count = EXPORT_PAGE + 7;
    await db.prisma.runLine.createMany({
      data: Array.from({ length: count }, (_, at) => ({
        id: newId(),
        runId,
        recipientKey: SHOP.key,
        recipientName: SHOP.name,
        itemKey: newId(),
        itemName: 'Кабель',
        article: `A-${String(at).padStart(5, '0')}`,
        characteristicKey: '00000000-0000-0000-0000-000000000000',
        unit: 'м',
        minimum: 2,
        free: 0.5,
        onOrder: 0,
        hubExpected: 0,
        projected: 0.5,
        need: 4.5,
        transferred: 4.5,
        ordered: 0,
        outcome: 'transfer',
        why: WHY as object,
      })),
    });
    const articles = (await csvOf(runId)).map(({ article }) => article);
    expect(articles).toEqual(Array.from({ length: count }, (_, at) => `A-${String(at).padStart(5, '0')}`));
  });

  it('answers 404 for a run that is not there, as JSON', async () => {
    const response = await ask('00000000-0000-7000-8000-000000000000', 'format=csv');
    expect(response.status).toBe(404);
    expect(await bodyOf(response)).toMatchObject({ code: 'not-found' });
  });

  it.each([
    ['format=xlsx', 'format', 'json или csv'],
    ['lang=de', 'lang', 'ru или en'],
    ['format=csv&delimiter=tab', 'delimiter', 'comma или semicolon'],
  ])('answers 422 to ?%s and names what is allowed', async (query, name, message) => {
    const response = await ask(await addRun(api.deps.db), query);
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject({ code: 'validation', errors: [{ in: 'query', name, message }] });
  });
});
