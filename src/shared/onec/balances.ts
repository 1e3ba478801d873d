import { OutcomeError } from '../errors/outcome.ts';
import type { OneCSettings } from './config.ts';
import { WRONG_URL } from './errors.ts';
import type { OneCHttp } from './http.ts';
import { address, call } from './odata.ts';
import type { CallOptions } from './port.ts';

export interface BalanceQuestion {
  /** As in `$filter`, quotes written once: `Склад_Key eq guid'…'`. Left out: every row. */
  condition?: string;
  /** Without `_Key`. All others are summed over. */
  dimensions: readonly string[];
  /**
   * For a condition that not every base can read: these dimensions, to be asked for without it. The caller then gets every row,
   * tells by what is in it, and picks.
   */
  orEveryRow?: readonly string[];
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
  /** Registers whose condition this base cannot read. */
  const unconditioned = new Set<string>();

  // No `Period`: planned movements lie in the future, and the balance at "now" would silently drop them.
  const ask = (register: string, args: Record<string, string>, options: CallOptions = {}) =>
    http.get(register, address(`${register}/${call('Balance', args)}`), {
      timeoutMs: settings.balanceTimeoutMs,
      ...options,
    });

  return {
    async read(register, { condition, dimensions, orEveryRow }, options) {
      const everyRow = (names: readonly string[]) => ask(register, { Dimensions: `'${names.join(',')}'` }, options);
      if (condition === undefined) return everyRow(dimensions);
      if (orEveryRow && unconditioned.has(register)) return everyRow(orEveryRow);
      const Dimensions = `'${dimensions.join(',')}'`;
      const quoted = (quoting: (typeof QUOTINGS)[number]) =>
        ask(register, { Condition: `'${quoting(condition)}'`, Dimensions }, options);
      if (known && !orEveryRow) return quoted(known);
      let first: unknown;
      for (const quoting of known ? [known] : QUOTINGS) {
        try {
          const answer = await quoted(quoting);
          known = quoting;
          return answer;
        } catch (error) {
          if (!mayNotRead(error)) throw error;
          first ??= error;
        }
      }
      if (!orEveryRow) throw first;
      const answer = await everyRow(orEveryRow);
      unconditioned.add(register);
      return answer;
    },
  };
}

/**
 * What 1C or its web server says to a condition that it cannot read is not documented: any refusal counts, and a web server's own 404
 * for an address it does not like; nothing else does.
 */
function mayNotRead(error: unknown): boolean {
  return error instanceof OutcomeError && (error.outcome === 'refused' || error.code === WRONG_URL);
}
