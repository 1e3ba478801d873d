import { z } from 'zod';
import { within } from './deadline.ts';
import type { ApiDeps } from './deps.ts';
import { ProblemError } from './problem.ts';

/** How long 1C is waited for before the request is taken as it is. */
const ASK_1C_MS = 5_000;

interface Known {
  key: string;
  name: string;
  /** NULL where only 1C was asked. */
  role: string | null;
}

/**
 * The warehouse that is meant; NULL where that cannot be told now. Refuses one that surely does not exist, is ambiguous,
 * or is a donor. What the last snapshot does not know, 1C is asked; where 1C is silent the answer is NULL: a run is taken
 * as it is then, and fails with the reason by itself.
 */
export async function checkWarehouse(
  { db, onec, log }: Pick<ApiDeps, 'db' | 'onec' | 'log'>,
  asked: string,
): Promise<{ key: string; name: string } | null> {
  const known: Known[] = await db.prisma.knownWarehouse.findMany({ orderBy: { name: 'asc' } });
  const found = accept(known, asked);
  if (found !== null) return found;
  const listed = await within(
    ASK_1C_MS,
    onec.listWarehouses({ signal: AbortSignal.timeout(ASK_1C_MS), timeoutMs: ASK_1C_MS }),
  ).catch((error: Error) => {
    log.warn({ event: 'trigger.warehouse-unchecked', error: error.name, code: codeOf(error) });
    return null;
  });
  if (listed === null) return null;
  const roles = new Map(known.map((one) => [one.key, one.role]));
  const existing = listed.map(({ key, name }) => ({ key, name, role: roles.get(key) ?? null }));
  const existingOne = accept(existing, asked);
  if (existingOne !== null) return existingOne;
  const choosable = existing.filter(({ role }) => role !== 'donor').sort((a, b) => a.name.localeCompare(b.name, 'ru'));
  throw new ProblemError({
    status: 422,
    code: 'unknown-warehouse',
    detail: `Склада «${asked}» в 1С нет. Есть: ${choosable.map(({ name }) => `«${name}»`).join(', ') || 'ни одного'}.`,
    errors: [{ in: 'body', name: 'warehouse_id', message: 'нет такого ключа и такого названия' }],
    extra: { available: choosable.map(view) },
  });
}

/** The one warehouse that is meant, and may be filled. NULL: none is. Throws for a donor or for several. */
function accept(among: Known[], asked: string): Known | null {
  const wanted = fold(asked);
  const byKey = among.filter(({ key }) => key.toLowerCase() === wanted);
  const found = byKey.length > 0 ? byKey : among.filter(({ name }) => fold(name) === wanted);
  const [first, ...others] = found;
  if (first === undefined) return null;
  if (others.length > 0) {
    throw new ProblemError({
      status: 422,
      code: 'ambiguous-warehouse',
      detail: `Складов с названием «${asked}» несколько. Укажите ключ: ${found.map(({ key }) => key).join(', ')}.`,
      errors: [{ in: 'body', name: 'warehouse_id', message: 'название не единственное' }],
      extra: { available: found.map(view) },
    });
  }
  if (first.role === 'donor') {
    const recipients = among.filter(({ role }) => role === 'recipient');
    throw new ProblemError({
      status: 422,
      code: 'warehouse-is-donor',
      detail: `Склад «${first.name}» — донор: его не пополняют, с него берут. Получатели: ${recipients.map(({ name }) => `«${name}»`).join(', ') || 'пока неизвестны'}.`,
      errors: [{ in: 'body', name: 'warehouse_id', message: 'это склад-донор' }],
      extra: { available: recipients.map(view) },
    });
  }
  return first;
}

const view = ({ key, name, role }: Known) => ({ warehouse_id: key, name, role });
const fold = (text: string) => text.trim().toLocaleLowerCase('ru');
const codeOf = (error: unknown) => z.object({ code: z.string() }).safeParse(error).data?.code;
