import { afterEach, describe, expect, it } from 'vitest';
import { AGENT, command, failureOf, firstTry, line, manualClock, startWorld, type WorldOptions } from './world.ts';

let stop: () => Promise<void> = async () => {};
const start = async (options?: WorldOptions) => {
  const world = await startWorld(options);
  stop = world.stop;
  return world;
};
afterEach(() => stop());

const key = (number: number) => ({ key: `00000000-0000-5000-8000-00000000000${number}`, outboxId: `outbox-${number}` });

describe('what every order refers to', () => {
  it.each([
    ['MOYSKLAD_ORGANIZATION', { organization: 'ООО «Нет»' }, '«ООО «Бизнес Медиа»», «Вторая организация»'],
    ['MOYSKLAD_AGENT', { agent: 'Никто' }, '«Пополнение магазинов»'],
    ['MOYSKLAD_AGENT', { agent: '00000000-0000-4000-8000-000000000000' }, '«Пополнение магазинов»'],
    ['MOYSKLAD_STORE', { store: 'Нигде' }, '«Основной склад»'],
    ['MOYSKLAD_STATE', { state: 'Потерян' }, '«Новый», «Подтвержден»'],
    ['MOYSKLAD_PRICE_TYPE', { priceType: 'Даром' }, '«Цена продажи», «Оптовая цена»'],
  ])(
    'makes all orders wait and names %s and the names that exist, where it is wrong',
    async (variable, config, names) => {
      const { moysklad, sandbox } = await start({ config });
      const failure = await failureOf(moysklad.makeOrder(command([line('A-1')]), firstTry));
      expect([failure.outcome, failure.code]).toEqual(['not-now', 'moysklad-configuration']);
      expect(failure.message).toContain(`Исправьте ${variable}`);
      expect(failure.message).toContain(names);
      expect(failure.retryAfterMs).toBeGreaterThan(0);
      expect(sandbox.orders()).toEqual([]);
    },
  );

  it('asks for the id where a name is not unique, and takes the id', async () => {
    const { moysklad, sandbox } = await start();
    const [agent] = sandbox.catalogue().counterparties;
    sandbox.catalogue().counterparties.push({ ...agent!, id: 'b0b0b0b0-0000-4000-8000-000000000001' });
    const failure = await failureOf(moysklad.makeOrder(command([line('A-1')]), firstTry));
    expect(failure.message).toContain(`несколько контрагентов с именем «${AGENT}». Укажите id в MOYSKLAD_AGENT`);
    await stop();
    const byId = await start({ config: { agent: agent!.id } });
    await byId.moysklad.makeOrder(command([line('A-1')]), firstTry);
    expect(byId.sandbox.orders()).toHaveLength(1);
  });

  it('takes an organization as the customer', async () => {
    const { moysklad, sandbox } = await start({ config: { agent: 'Вторая организация' } });
    await moysklad.makeOrder(command([line('A-1')]), firstTry);
    expect(sandbox.orders()[0]).toMatchObject({ agent: { meta: { type: 'organization' } } });
  });

  it('is asked for once, and again after minutes', async () => {
    const clock = manualClock();
    const { moysklad, requests } = await start({ clock });
    const asked = () => requests.filter(({ path }) => path === '/entity/organization').length;
    await Promise.all([1, 2, 3].map((number) => moysklad.makeOrder(command([line('A-1')], key(number)), firstTry)));
    await moysklad.makeOrder(command([line('A-1')], key(4)), firstTry);
    expect(asked()).toBe(1);
    clock.advance(5 * 60_000);
    await moysklad.makeOrder(command([line('A-1')], key(5)), firstTry);
    expect(asked()).toBe(2);
  });

  it('is asked for anew at once when МойСклад says that it is gone', async () => {
    const { moysklad, sandbox } = await start();
    await moysklad.makeOrder(command([line('A-1')], key(1)), firstTry);
    const { counterparties } = sandbox.catalogue();
    const id = 'b0b0b0b0-0000-4000-8000-000000000002';
    const { meta } = counterparties[0]!;
    counterparties[0] = { ...counterparties[0]!, id, meta: { ...meta, href: meta.href.replace(/[^/]+$/, id) } };
    await moysklad.makeOrder(command([line('A-1')], key(2)), firstTry);
    expect(sandbox.orders()).toHaveLength(2);
  });
});
