import { z } from 'zod';
import { findOutcome } from '../errors/outcome.ts';

/** Codes of refusals that are about some lines of an order, and say nothing against the others. */
export const BAD_LINE_CODES = {
  noValue: 'moysklad-item-no-article',
  missing: 'moysklad-item-missing',
  doubled: 'moysklad-item-doubled',
} as const;

const CODES = new Set<string>(Object.values(BAD_LINE_CODES));
const details = z.object({ lines: z.array(z.int().positive()) });

/** Which lines of the command a refusal is about, counted from 1; empty where it is about the order as a whole. */
export function badLinesOf(error: unknown): number[] {
  const outcome = findOutcome(error);
  if (outcome === undefined || outcome.outcome !== 'refused' || !CODES.has(outcome.code)) return [];
  const read = details.safeParse(outcome.details);
  return read.success ? read.data.lines : [];
}
