import { OutcomeError } from '../errors/outcome.ts';
import type { OneCSettings } from './config.ts';
import type { OneCHttp } from './http.ts';
import { address, call } from './odata.ts';
import type { CallOptions } from './port.ts';

export interface BalanceQuestion {
  /** As in `$filter`, quotes written once: `Склад_Key eq guid'…'`. Left out: every row. */
  condition?: string;
  /** Without `_Key`. All others are summed over. */
  dimensions: readonly string[];
}

/** Asks virtual tables for balances. One for each base: what it learns about quotes serves all its registers. */
export interface Balances {
  /** The answer as it came: a collection, to be checked row by row. */
  read(register: string, question: BalanceQuestion, options?: CallOptions): Promise<unknown>;
}

/**
 * How quotes are written inside `Condition='…'`: OData doubles them, and working clients do; 1C's manual does not.
 * Which one a base understands is learnt from its first answer.
 */
const QUOTINGS = [(condition: string) => condition.replaceAll("'", "''"), (condition: string) => condition] as const;

export function createBalances(http: OneCHttp, settings: OneCSettings): Balances {
  let known: (typeof QUOTINGS)[number] | null = null;

  // No `Period`: planned movements lie in the future, and the balance at "now" would silently drop them.
  const ask = (register: string, args: Record<string, string>, options: CallOptions = {}) =>
    http.get(register, address(`${register}/${call('Balance', args)}`), {
      timeoutMs: settings.balanceTimeoutMs,
      ...options,
    });

  return {
    async read(register, { condition, dimensions }, options) {
      const Dimensions = `'${dimensions.join(',')}'`;
      if (condition === undefined) return ask(register, { Dimensions }, options);
      const quoted = (quoting: (typeof QUOTINGS)[number]) =>
        ask(register, { Condition: `'${quoting(condition)}'`, Dimensions }, options);
      if (known) return quoted(known);
      let first: unknown;
      for (const quoting of QUOTINGS) {
        try {
          const answer = await quoted(quoting);
          known = quoting;
          return answer;
        } catch (error) {
          // Which status 1C gives a condition it cannot parse is not documented: any refusal counts, nothing else does.
          if (!(error instanceof OutcomeError && error.outcome === 'refused')) throw error;
          first ??= error;
        }
      }
      throw first;
    },
  };
}
