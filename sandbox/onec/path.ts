/** A request's target below `standard.odata`: `Set`, `Set(key)`, `Set(key)/Method`, `Set/Function(arguments)`. */
export interface Target {
  set: string;
  /** Text between the parentheses after the set, or null without parentheses. */
  key: string | null;
  member: string | null;
  memberArguments: string;
}

/**
 * Splits a decoded path. Slashes and parentheses inside the arguments are left alone: everything between the
 * member's first «(» and the last «)» is its arguments. NULL when it is none of the known forms.
 */
export function parseTarget(path: string): Target | null {
  const match =
    /^([\p{L}\p{N}_]+)(?:\(((?:[^()']|'[^']*')*)\))?(?:\/(\$?[\p{L}\p{N}_$]+)(?:\(([\s\S]*)\))?)?\/?$/u.exec(path);
  if (!match) return null;
  return { set: match[1]!, key: match[2] ?? null, member: match[3] ?? null, memberArguments: match[4] ?? '' };
}

/** The GUID of `guid'…'` or `Ref_Key=guid'…'`; NULL when the key is something else. */
export function parseKey(text: string): string | null {
  const match = /^\s*(?:Ref_Key\s*=\s*)?guid'([0-9a-f-]{36})'\s*$/i.exec(text);
  return match ? match[1]!.toLowerCase() : null;
}
