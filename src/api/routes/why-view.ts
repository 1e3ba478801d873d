/**
 * The planner's frozen numbers for readers: snake_case names, quantities in the item's unit. Every number in
 * `Why` is a `Milli` (planning/types.ts), so all are divided; rows of older releases pass the same way.
 */
export function whyView(why: unknown): unknown {
  if (typeof why === 'number') return why / 1000;
  if (Array.isArray(why)) return why.map(whyView);
  if (typeof why !== 'object' || why === null) return why;
  return Object.fromEntries(Object.entries(why).map(([name, value]) => [snakeCase(name), whyView(value)]));
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
