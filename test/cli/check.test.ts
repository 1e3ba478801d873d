import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/server.ts';
import { hubEnvironment } from '../support/hub.ts';
import { startHubProcess } from '../support/process.ts';
import { smallDataset } from '../support/small-dataset.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ dataset: smallDataset({ moved: 2, ordered: 1 }) });
});
afterAll(() => sandbox.close());

async function run(args: string[], env: Record<string, string> = {}) {
  const hub = startHubProcess(['check', ...args], hubEnvironment(sandbox, env));
  const [code] = (await once(hub.child, 'close')) as [number | null];
  return { code, output: hub.output() };
}

it('prints every step of 1C with what it found, a need in full, and ends with 0', async () => {
  const { code, output } = await run(['1c']);
  expect(output).toContain('✓ Логин и пароль');
  expect(output).toContain('доноры найдены: «Бестужевых», «Контейнер»');
  expect(output).toMatch(/✓ Потребность для примера .*на складе «Магазин Ленина» ниже минимума товаров: 3/);
  expect(output).toContain('✓ Всё на месте: проверено шагов 13.');
  expect(code).toBe(0);
});

it('ends with 1 and the cure below the step that failed', async () => {
  const { code, output } = await run(['1c'], { API_1C_PASSWORD: 'не тот' });
  expect(output).toMatch(/✗ Логин и пароль[\s\S]*→ Исправьте API_1C_USER и API_1C_PASSWORD/);
  expect(output).toContain('✗ Не на месте: 1С:Управление торговлей — 1');
  expect(output).not.toContain('не тот');
  expect(code).toBe(1);
});

it('needs only the settings of the system it looks at, and prints records for machines', async () => {
  const env = { MOYSKLAD_TOKEN: '', MOYSKLAD_ORGANIZATION: '', MOYSKLAD_AGENT: '' };
  const { code, output } = await run(['1c', '--json'], env);
  const records = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(records.at(-1)).toEqual({ record: 'end', ok: true });
  expect(records[0]).toMatchObject({ record: 'step', system: '1c', id: 'server', result: 'ok', cure: null });
  expect(code).toBe(0);
});
