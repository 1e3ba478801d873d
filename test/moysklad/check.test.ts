import { describe, expect, it } from 'vitest';
import { passed, runSteps } from '../../src/shared/check/run-steps.ts';
import { closeAfterEach } from '../support/closing.ts';
import { item, manualClock, startWorld, type WorldOptions } from './world.ts';

const closing = closeAfterEach();

const sampleOf = (articles: string[]) => async () =>
  articles.map((article) => ({
    itemKey: item(article).key,
    name: `Товар ${article}`,
    article,
    code: item(article).code,
  }));

async function check(options: WorldOptions = {}, articles?: string[]) {
  const world = await startWorld(options);
  closing(world.stop);
  const steps = await runSteps(world.moysklad.check(articles ? { sample: sampleOf(articles) } : {}));
  expect(world.requests.every(({ method }) => method === 'GET')).toBe(true);
  return { steps, step: (id: string) => steps.find((one) => one.id === id)! };
}

describe('hub check moysklad', () => {
  it('goes through everything an order needs, and writes nothing', async () => {
    const clock = manualClock(Date.parse('2026-11-23T12:00:00+03:00'));
    const world = await check({ clock, config: { weight: undefined as never } }, ['A-1', 'A-2']);
    expect(passed(world.steps)).toBe(true);
    expect(world.steps.map(({ id, detail }) => [id, detail])).toEqual([
      ['credentials', 'МойСклад отвечает и узнаёт хаб как «Администратор»'],
      ['weight', 'пользователь (логин или его токен): запрос стоит 3 из 45, 15 запросов за 3 с, не больше 5 сразу'],
      ['organization', '«ООО «Бизнес Медиа»»'],
      ['agent', '«Пополнение магазинов»'],
      ['store', 'не задано: в заказах останется пустым'],
      ['state', 'не задано: в заказах останется пустым'],
      ['price-type', '«Цена продажи» (главный в аккаунте; другой — в MOYSKLAD_PRICE_TYPE)'],
      ['attributes', 'обязательных: 0, хаб заполняет: 0'],
      ['orders', 'читаются'],
      ['sample', 'по полю article найдено 2 из 2 (100 %)'],
    ]);
    expect(world.step('weight').more).toEqual([
      'с 1 декабря 2026 г. запрос будет стоить 4: 11 за 3 с. Хаб перейдёт сам',
    ]);
  });

  it('without credentials says how to get a token, and asks no more', async () => {
    const { step, steps } = await check({ config: { token: 'wrong' } });
    expect(step('credentials')).toMatchObject({ result: 'fail', code: 'moysklad-credentials' });
    expect(step('credentials').cure).toMatch(/Настройки → Обмен данными → Токены.*MOYSKLAD_TOKEN/);
    expect(steps.slice(1).every(({ result }) => result === 'skipped')).toBe(true);
  });

  it('names a counterparty, a price type and a state that are not there, each by its variable', async () => {
    const { step } = await check({ config: { agent: 'Никто', priceType: 'Никакая', state: 'Никакой' } });
    expect(step('agent')).toMatchObject({ result: 'fail', detail: expect.stringMatching(/«Никто».*MOYSKLAD_AGENT/) });
    expect(step('price-type').detail).toMatch(/«Никакая».*MOYSKLAD_PRICE_TYPE.*«Цена продажи»/);
    expect(step('state').detail).toMatch(/«Никакой».*MOYSKLAD_STATE.*«Новый»/);
    expect(step('organization').result).toBe('ok');
  });

  it('names the required fields that nothing fills, with the line to write', async () => {
    const attributes = [{ name: 'Ссылка', type: 'string' as const, required: true }];
    const { step } = await check({ sandbox: { attributes } });
    expect(step('attributes')).toMatchObject({ result: 'fail', code: 'moysklad-attributes-missing' });
    expect(step('attributes').cure).toContain('MOYSKLAD_ATTRIBUTES="Ссылка=значение"');
  });

  it('says how many of a sample are found, what is wrong with the others, and fails where none is', async () => {
    const items = [item('A-1'), item('A-2', { moysklad: { matches: 2, as: 'product' } })];
    const some = await check({ items }, ['A-1', 'A-2', 'A-3']);
    expect(some.step('sample')).toMatchObject({ result: 'warn', detail: 'по полю article найдено 1 из 3 (33 %)' });
    expect(some.step('sample').more).toEqual([
      'Товар A-2: в МойСклад несколько («A-2»)',
      'Товар A-3: в МойСклад нет («A-3»)',
    ]);
    const none = await check({ items }, ['X-1', 'X-2']);
    expect(none.step('sample')).toMatchObject({ result: 'fail', code: 'moysklad-nothing-matches' });
    expect(none.step('sample').cure).toContain('MOYSKLAD_MATCH_BY');
  });

  it('tries the sample by its barcodes where goods are matched by them', async () => {
    const world = await startWorld({ config: { matchBy: 'barcode' } });
    closing(world.stop);
    const known = world.sandbox.catalogue().products[0]!.barcodes[0]!;
    const sample = async () =>
      [['4600000000011', known], []].map((barcodes, index) => ({
        ...{ itemKey: item(`X-${index}`).key, name: `Товар ${index}`, article: '', code: '', barcodes },
      }));
    const steps = await runSteps(world.moysklad.check({ sample }));
    expect(steps.at(-1)).toMatchObject({
      detail: 'по полю barcode найдено 1 из 2 (50 %)',
      more: ['Товар 1: в 1С поле пусто'],
    });
  });
});
