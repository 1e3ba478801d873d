import { z } from 'zod';
import type { Database } from '../../shared/db/database.ts';
import { LOCKS } from '../../shared/db/locks.ts';
import { tryLock } from '../../shared/db/try-lock.ts';
import { writeJournal } from '../../shared/journal/journal.ts';
import { rememberLinks } from '../../shared/moysklad/links.ts';
import type { LinkItem, LinkProblem, MoySklad } from '../../shared/moysklad/port.ts';

export interface LinksDeps {
  db: Database;
  moysklad: Pick<MoySklad, 'findLinks'>;
}

export interface LinksPass {
  items: number;
  problems: Partial<Record<LinkProblem, number>>;
}

const itemRow = z.object({
  item_key: z.string(),
  characteristic_key: z.string(),
  name: z.string(),
  article: z.string(),
  code: z.string(),
  barcodes: z.array(z.string()),
  unit: z.string(),
});

const words: Record<LinkProblem, string> = {
  'no-value': 'нечем искать',
  missing: 'нет в МойСклад',
  archived: 'в архиве',
  many: 'несколько одинаковых',
  unit: 'другая единица',
};

/** Looks up all items with limits and keeps what was found. NULL when another process is at it. */
export async function refreshAllLinks({ db, moysklad }: LinksDeps, signal?: AbortSignal): Promise<LinksPass | null> {
  const done = await tryLock(db.pool, LOCKS.links, async () => {
    const items = await readItems(db);
    const links = await moysklad.findLinks(items, signal ? { signal } : {});
    const problems: LinksPass['problems'] = {};
    for (const { problem } of links) if (problem !== null) problems[problem] = (problems[problem] ?? 0) + 1;
    await db.transaction(async (tx) => {
      await rememberLinks(tx, links);
      const told = Object.entries(problems).map(([problem, count]) => `${words[problem as LinkProblem]} — ${count}`);
      await writeJournal(tx, [
        {
          level: told.length === 0 ? 'info' : 'warning',
          system: 'moysklad',
          step: 'links',
          status: 'ok',
          message: `Товары с лимитами сверены с МойСклад: ${items.length}${told.length === 0 ? ', все можно заказать' : `; ${told.join(', ')} (hub links)`}.`,
          details: { items: items.length, problems },
        },
      ]);
    });
    return { items: items.length, problems };
  });
  return done === null ? null : done.value;
}

async function readItems(db: Database): Promise<LinkItem[]> {
  const rows = z.array(itemRow).parse(
    await db.prisma.$queryRaw`
      select item_key, characteristic_key, name, article, code, barcodes, unit from known_items
      order by item_key, characteristic_key`,
  );
  return rows.map(({ item_key, characteristic_key, name, article, code, barcodes, unit }) => ({
    itemKey: item_key,
    characteristicKey: characteristic_key,
    ...{ itemName: name, article, code, barcodes, unit },
  }));
}
