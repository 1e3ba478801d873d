import { expect, it } from 'vitest';
import { createPage } from '../../src/cli/check/page.ts';
import { passed, runSteps } from '../../src/shared/check/run-steps.ts';
import type { CheckStep, Finding, SystemCheck } from '../../src/shared/check/step.ts';
import { notNow } from '../../src/shared/errors/outcome.ts';

const step = (id: string, run: CheckStep['run'], more: Partial<CheckStep> = {}): CheckStep => ({
  ...{ id, name: `Шаг ${id}`, quick: true, run },
  ...more,
});
const fine = async (): Promise<Finding> => ({ result: 'ok', detail: 'на месте' });
const down = () => Promise.reject(notNow({ code: 'onec-down', message: 'Сервер молчит' }));
const check = (...steps: CheckStep[]): SystemCheck => ({
  ...{ system: '1c', steps },
  cureOf: (error) => (error.code === 'onec-down' ? 'Включите сервер' : undefined),
});
const results = async (one: SystemCheck, quickOnly = false) =>
  (await runSteps(one, { quickOnly })).map(({ id, result }) => `${id} ${result}`);

it('skips what needs a step that failed, also through a skipped one, and goes on with the rest', async () => {
  const one = check(
    step('server', fine),
    step('password', down, { needs: ['server'] }),
    step('objects', fine, { needs: ['password'] }),
    step('stock', fine, { needs: ['objects'] }),
    step('other', fine, { needs: ['server'] }),
  );
  expect(await results(one)).toEqual(['server ok', 'password fail', 'objects skipped', 'stock skipped', 'other ok']);
  expect(passed(await runSteps(one))).toBe(false);
});

it('takes a warning for passed, and does the next steps', async () => {
  const one = check(
    step('a', async () => ({ result: 'warn', detail: 'ну' })),
    step('b', fine, { needs: ['a'] }),
  );
  expect(await results(one)).toEqual(['a warn', 'b ok']);
  expect(passed(await runSteps(one))).toBe(true);
});

it('leaves the dear steps out of a quick pass', async () => {
  expect(await results(check(step('a', fine), step('b', fine, { quick: false })), true)).toEqual(['a ok']);
});

it('tells an error of the other system with its code and its cure, and of any other error only that it broke', async () => {
  const [known, stray] = await runSteps(
    check(
      step('known', down),
      step('stray', () => Promise.reject(new Error('http://user:secret@host'))),
    ),
  );
  expect(known).toMatchObject({ result: 'fail', code: 'onec-down', detail: 'Сервер молчит', cure: 'Включите сервер' });
  expect(stray).toMatchObject({ result: 'fail', code: 'unexpected', cure: null });
  expect(JSON.stringify(stray)).not.toContain('secret');
});

it('prints each step under the other, wrapped within the width, with the cure below and a closing line that counts', async () => {
  const long = 'не опубликовано: '.concat('AccumulationRegister_ЗапасыИПотребности '.repeat(5));
  const one = check(
    step('a', fine),
    step('b', async () => ({ result: 'fail', detail: long, cure: 'Отметьте объект', more: ['и ещё'] })),
    step('c', fine, { needs: ['b'] }),
  );
  const steps = await runSteps(one);
  const page = createPage({ width: 80, colour: false });
  const lines = steps.flatMap((each) => page.step({ ...each, ms: 1234 }, 6));
  expect(lines[0]).toBe('  ✓ Шаг a     1,23 с  на месте');
  expect(lines.every((line) => line.length <= 80)).toBe(true);
  expect(lines).toContain('      → Отметьте объект');
  expect(lines.at(-1)).toBe('  · Шаг c          —  не проверялось: сначала «Шаг b»');
  expect(page.end([{ system: '1c', steps }])).toEqual([
    '',
    '✗ Не на месте: 1С:Управление торговлей — 1; из-за этого не проверено 1.',
  ]);
});
