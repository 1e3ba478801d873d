import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiFixture, bodyOf, createApiFixture } from './fixture.ts';
import { addDocument, addRun, DONOR, SHOP, WHY } from './seed.ts';

let api: ApiFixture;
beforeAll(async () => {
  api = await createApiFixture();
});
afterAll(() => api.close());

const get = async (path: string) => bodyOf(await api.app.request(path));
const planned = (changes: Record<string, unknown> = {}) => addRun(api.deps.db, { scope: 'all', ...changes });
/** A line for one item that keeps its key from run to run. */
const line = async (runId: string, itemKey: string, why: object = WHY, changes: object = {}) => {
  const { lineId } = await addDocument(api.deps.db, { runId, why });
  await api.deps.db.prisma.runLine.update({
    where: { id: lineId },
    data: { itemKey, article: itemKey.slice(0, 3), ...changes },
  });
};
const ITEM = {
  kept: 'aaaaaaaa-1111-4111-8111-111111111111',
  gone: 'bbbbbbbb-1111-4111-8111-111111111111',
  new: 'cccccccc-1111-4111-8111-111111111111',
};
const covered = { ...WHY, hubExpected: 4_500, projected: 5_000, need: 0, donors: [], skipped: 'covered-by-expected' };

describe('GET /api/v1/runs/{id}/difference', () => {
  it('compares with the completed run of the same scope before it, and says what changed and why', async () => {
    const before = await planned({ planDigest: 'a'.repeat(64) });
    await line(before, ITEM.kept);
    await line(before, ITEM.gone);
    await planned({ scope: SHOP.key });
    await planned({ status: 'failed', scope: null });
    const run = await planned({ planDigest: 'b'.repeat(64), dryRun: true });
    await line(run, ITEM.kept, covered, { outcome: 'covered', need: 0 });
    await line(run, ITEM.new);
    const later = await planned();
    await line(later, ITEM.gone);

    const answer = await get(`/api/v1/runs/${run}/difference`);
    expect(answer).toMatchObject({
      run: { run_id: run, dry_run: true, plan_digest: 'b'.repeat(64) },
      to: { run_id: before, dry_run: false, plan_digest: 'a'.repeat(64) },
      counts: { added: 1, gone: 1, changed: 1, same: 0 },
      added: [{ item: { key: ITEM.new }, recipient: SHOP, after: { outcome: 'transfer', ordered: 0 } }],
      gone: [{ item: { key: ITEM.gone }, before: { takes: [{ donor: DONOR, quantity: 4.5 }] } }],
      changed: [
        {
          item: { key: ITEM.kept },
          before: { outcome: 'transfer', takes: [{ donor: DONOR, quantity: 4.5 }], ordered: 0 },
          after: { outcome: 'covered', takes: [], ordered: 0 },
          because: [{ input: 'hub-expected', before: 0, after: 4.5 }],
          explanation: {
            ru: '«Магазин Центр», Кабель ВВГ (aaa): было 4,5 м (Бестужевых 4,5), теперь ничего (ожидаемого хватает). Изменилось: ожидается по документам хаба 0 → 4,5.',
          },
        },
      ],
    });
    expect(answer.changed[0].explanation.en).toMatch(/was 4\.5 м .* expected by documents of the hub 0 → 4\.5/);
  });

  it('compares with the run that is asked for', async () => {
    const [first, second, third] = [await planned(), await planned(), await planned()];
    await line(first, ITEM.kept);
    await line(third, ITEM.kept);
    expect((await get(`/api/v1/runs/${third}/difference`)).to.run_id).toBe(second);
    const answer = await get(`/api/v1/runs/${third}/difference?to=${first}`);
    expect(answer).toMatchObject({ to: { run_id: first }, counts: { added: 0, gone: 0, changed: 0, same: 1 } });
  });

  it('compares a run for one warehouse with a run for all by that warehouse alone', async () => {
    const all = await planned();
    await line(all, ITEM.kept);
    await line(all, ITEM.gone, WHY, { recipientKey: DONOR.key });
    const single = await planned({ scope: SHOP.key, warehouse: SHOP.name });
    await line(single, ITEM.kept);
    const answer = await get(`/api/v1/runs/${single}/difference?to=${all}`);
    expect(answer.counts).toEqual({ added: 0, gone: 0, changed: 0, same: 1 });
  });

  it('has every line as new where no earlier run planned the same', async () => {
    const run = await planned({ scope: ITEM.new });
    await line(run, ITEM.kept);
    const answer = await get(`/api/v1/runs/${run}/difference`);
    expect(answer).toMatchObject({ to: null, counts: { added: 1, gone: 0, changed: 0, same: 0 } });
  });

  it('shows no more lines than asked for, and counts them all', async () => {
    const run = await planned({ scope: ITEM.gone });
    for (const key of Object.values(ITEM)) await line(run, key);
    const answer = await get(`/api/v1/runs/${run}/difference?limit=2`);
    expect([answer.added.length, answer.counts.added]).toEqual([2, 3]);
  });

  it.each([
    ['queued', 'в очереди'],
    ['failed', 'не удалась'],
  ])('answers 409 for a run without a plan (%s), on either side', async (status, words) => {
    const without = await addRun(api.deps.db, { status });
    for (const path of [`${without}/difference`, `${await planned()}/difference?to=${without}`]) {
      const response = await api.app.request(`/api/v1/runs/${path}`);
      expect(response.status).toBe(409);
      expect(await bodyOf(response)).toMatchObject({
        code: 'run-without-plan',
        detail: expect.stringContaining(words),
      });
    }
  });

  it('answers 404 for a run that does not exist, and 422 for what is no key', async () => {
    const stranger = '00000000-0000-7000-8000-000000000000';
    expect((await api.app.request(`/api/v1/runs/${stranger}/difference`)).status).toBe(404);
    expect((await api.app.request(`/api/v1/runs/${await planned()}/difference?to=${stranger}`)).status).toBe(404);
    expect((await api.app.request(`/api/v1/runs/${await planned()}/difference?to=last`)).status).toBe(422);
  });

  it('is in the OpenAPI document, and the digest is on the run', async () => {
    const document = await get('/openapi.json');
    const { parameters, responses } = document.paths['/api/v1/runs/{id}/difference'].get;
    expect(parameters.map((one: { name: string }) => one.name)).toEqual(['id', 'to', 'limit']);
    expect(Object.keys(responses)).toContain('409');
    const run = await planned({ planDigest: 'c'.repeat(64) });
    expect((await get(`/api/v1/runs/${run}`)).plan_digest).toBe('c'.repeat(64));
  });
});
