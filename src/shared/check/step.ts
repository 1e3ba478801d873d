import type { OutcomeError, OutsideSystem } from '../errors/outcome.ts';

/**
 * One look at an outside system: does this part of it stand as the hub needs it? A step writes nothing there and asks for
 * little. Adapters give lists of steps; `runSteps` goes through them; the command line and the health checks tell what came out.
 */
export interface CheckStep {
  /** Stable word in kebab-case, unique in its list: other steps name it in `needs`, machines read it. */
  id: string;
  /** What is looked at, in a few Russian words: «Логин и пароль». */
  name: string;
  /** Costs the other system no more than a ping. Health checks run these alone. */
  quick: boolean;
  /** Steps of the same list, earlier in it, without which this one tells nothing: where one failed, this one is skipped. */
  needs?: readonly string[];
  /** What it throws counts as a failure, in the words of the `OutcomeError`; for anything else only that it broke is told. */
  run(options: StepOptions): Promise<Finding>;
}

export interface StepOptions {
  signal?: AbortSignal;
  /** For one request to the other system. Left out: the adapter's own. */
  timeoutMs?: number;
}

export interface Finding {
  /** `warn`: the hub works, and a person should know. */
  result: 'ok' | 'warn' | 'fail';
  /** Russian, one line: what was seen, with values. Never secrets. */
  detail: string;
  /** Russian: what to do about it, where, in which words of the other system. For `warn` and `fail`. */
  cure?: string;
  /** Stable machine word of what is wrong. For `fail`. */
  code?: string;
  /** Further lines: a list of what was found. */
  more?: readonly string[];
}

export interface CheckedStep extends Required<Pick<Finding, 'detail' | 'more'>> {
  id: string;
  name: string;
  /** `skipped`: a step that it needs failed. */
  result: Finding['result'] | 'skipped';
  cure: string | null;
  code: string | null;
  ms: number;
}

/** All steps of one system, in the order they are to be gone through. */
export interface SystemCheck {
  system: OutsideSystem;
  steps: readonly CheckStep[];
  /** What a person does about this error, where the step itself does not say. Undefined: its message says all there is. */
  cureOf(error: OutcomeError): string | undefined;
}

/** An item of 1C that is kept in stock, to try whether the other system knows it. */
export interface SampleItem {
  itemKey: string;
  name: string;
  article: string;
  code: string;
  /** Where goods are matched by them. */
  barcodes?: readonly string[];
}
