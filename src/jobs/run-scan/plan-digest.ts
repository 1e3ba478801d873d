import { createHash } from 'node:crypto';
import { canonicalJson } from '../../shared/planning/canonical.ts';
import type { Plan } from '../../shared/planning/types.ts';

/**
 * sha256, in hex, over the canonical JSON of the pure plan. Fed line by line: the text of a large plan is never there
 * as a whole.
 */
export function planDigest({ lines }: Plan): string {
  const hash = createHash('sha256').update('{"lines":[');
  for (const [index, line] of lines.entries()) hash.update(`${index === 0 ? '' : ','}${canonicalJson(line)}`);
  return hash.update(']}').digest('hex');
}
