import { findOutcome } from '../errors/outcome.ts';
import type { CheckedStep, CheckStep, Finding, StepOptions, SystemCheck } from './step.ts';

export interface RunOptions extends StepOptions {
  /** Only the steps that cost no more than a ping. */
  quickOnly?: boolean;
  /** Told of each step when it ends, the skipped ones included. */
  onStep?: (step: CheckedStep) => void;
}

/** Goes through the steps one after another and never throws for what they find. */
export async function runSteps(
  { steps, cureOf }: SystemCheck,
  { quickOnly = false, onStep = () => {}, ...options }: RunOptions = {},
): Promise<CheckedStep[]> {
  const done: CheckedStep[] = [];
  for (const step of steps) {
    if (quickOnly && !step.quick) continue;
    const missing = done.find(
      ({ id, result }) => step.needs?.includes(id) && (result === 'fail' || result === 'skipped'),
    );
    const startedMs = performance.now();
    const finding = missing ? skipped(missing) : await look(step, options, cureOf);
    const { result, detail, cure = null, code = null, more = [] } = finding;
    const ms = missing ? 0 : Math.round(performance.now() - startedMs);
    const checked = { id: step.id, name: step.name, result, detail, cure, code, more, ms };
    done.push(checked);
    onStep(checked);
  }
  return done;
}

/** The steps that were not gone through, where one of those that were has failed. */
export function notReached({ steps }: SystemCheck, done: readonly CheckedStep[]): CheckedStep[] {
  const failed = done.find(({ result }) => result === 'fail');
  return steps
    .filter(({ id }) => failed !== undefined && !done.some((one) => one.id === id))
    .map(({ id, name }) => ({
      id,
      name,
      result: 'skipped',
      detail: skipped(failed!).detail,
      cure: null,
      code: null,
      more: [],
      ms: 0,
    }));
}

/** True when nothing failed, and so nothing had to be skipped. */
export const passed = (steps: readonly CheckedStep[]) =>
  steps.every(({ result }) => result === 'ok' || result === 'warn');

type AnyFinding = Omit<Finding, 'result'> & { result: CheckedStep['result'] };

const skipped = ({ name }: CheckedStep): AnyFinding => ({
  result: 'skipped',
  detail: `не проверялось: сначала «${name}»`,
});

async function look(step: CheckStep, options: StepOptions, cureOf: SystemCheck['cureOf']): Promise<AnyFinding> {
  try {
    return await step.run(options);
  } catch (error) {
    const outcome = findOutcome(error);
    // An unexpected error may carry an address with a password in it.
    if (!outcome) return { result: 'fail', code: 'unexpected', detail: `проверка не прошла (${nameOf(error)})` };
    const cure = cureOf(outcome);
    return { result: 'fail', code: outcome.code, detail: outcome.message, ...(cure !== undefined && { cure }) };
  }
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error);
