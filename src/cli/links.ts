import { type LinksPass, refreshAllLinks } from '../jobs/refresh-links/pass.ts';
import { readConfig } from '../shared/config/config.ts';
import { environment } from '../shared/config/environment.ts';
import { createLog, silentLog } from '../shared/log/log.ts';
import { type BlockedLink, listBlocked } from '../shared/moysklad/blocked-links.ts';
import type { LinkProblem } from '../shared/moysklad/port.ts';
import { createLifecycle } from '../workers/lifecycle.ts';
import { prepareDatabase } from './prepare-database.ts';
import { type Column, layOut } from './scan/text-table.ts';
import { openConfiguredDatabase, openServices } from './services.ts';

const LONGEST = 100_000;
const WIDTH = 160;

const reasons: Record<LinkProblem, string> = {
  'no-value': 'в 1С нечем искать: заполните поле',
  missing: 'в МойСклад нет',
  archived: 'в МойСклад только в архиве: верните или исправьте',
  many: 'в МойСклад несколько: оставьте один',
  unit: 'единицы различаются: проверьте количество',
};

const columns: Column[] = [
  { title: 'Ждёт, ₽', align: 'right' },
  { title: 'Кол-во', align: 'right' },
  { title: 'Артикул', align: 'left', least: 12 },
  { title: 'Товар', align: 'left', least: 20 },
  { title: 'Ищем по', align: 'left', least: 12 },
  { title: 'Причина', align: 'left', least: 30 },
];

/**
 * `hub links`: items that cannot be ordered in МойСклад, those that block the most money first. With `refresh` everything is
 * looked up first. Exit code 1 when something that waits is blocked.
 */
export async function links({ json = false, refresh = false }: { json?: boolean; refresh?: boolean }): Promise<void> {
  const lifecycle = createLifecycle(silentLog);
  try {
    const { db, pass } = refresh ? await refreshed(lifecycle) : { db: await opened(lifecycle), pass: null };
    const found = await listBlocked(db.prisma, { limit: LONGEST });
    const checked = await db.prisma.itemLink.count();
    if (json) for (const link of found) console.log(JSON.stringify({ record: 'link', ...link }));
    else tell(found, checked, pass);
    if (found.some((link) => link.waiting_quantity > 0 && link.problem !== 'unit')) process.exitCode = 1;
  } finally {
    await lifecycle.stop(5_000);
  }
}

async function opened(lifecycle: ReturnType<typeof createLifecycle>) {
  const config = readConfig(environment(), 'database');
  const db = await openConfiguredDatabase(config, lifecycle, silentLog);
  await prepareDatabase(config, db, silentLog);
  return db;
}

async function refreshed(lifecycle: ReturnType<typeof createLifecycle>) {
  const log = createLog({ level: 'error', pretty: Boolean(process.stderr.isTTY), name: 'links', destination: 2 });
  const services = await openServices(readConfig(environment()), lifecycle, log);
  return { db: services.db, pass: await refreshAllLinks(services) };
}

function tell(found: BlockedLink[], checked: number, pass: LinksPass | null): void {
  if (pass !== null) console.log(`Сверено с МойСклад товаров: ${pass.items}.`);
  if (checked === 0) {
    console.log('Связи ещё не проверялись: нужен расчёт (hub scan), затем hub links --refresh.');
    return;
  }
  if (found.length === 0) {
    console.log(`Все товары, о которых хаб знает (${checked}), можно заказать.`);
    return;
  }
  const rows = found.map((link) => [
    link.waiting_quantity === 0 ? '—' : link.blocked === null ? 'цены нет' : roubles(link.blocked),
    link.waiting_quantity === 0 ? '—' : String(link.waiting_quantity),
    link.article,
    link.item_name,
    `${link.match_by} ${link.match_value}`.trim(),
    link.problem === 'unit'
      ? `${reasons.unit} (1С: ${link.item_unit}, МойСклад: ${link.unit})`
      : link.problem === 'many'
        ? `${reasons.many} (${link.matches})`
        : reasons[link.problem],
  ]);
  const table = layOut(columns, rows, Math.max(100, Math.min(WIDTH, process.stdout.columns ?? WIDTH)));
  console.log(table.head);
  for (const row of rows) console.log(table.row(row));
  const waiting = found.filter((link) => link.waiting_quantity > 0);
  const sum = waiting.reduce((total, { blocked }) => total + (blocked ?? 0), 0);
  const priceless = waiting.filter(({ blocked }) => blocked === null).length;
  console.log(
    `\nТоваров с вопросами: ${found.length}, из них ждут заказа: ${waiting.length} на ${roubles(sum)} ₽${priceless === 0 ? '' : `, без известной цены: ${priceless}`}.`,
  );
}

const roubles = (kopecks: number) =>
  (kopecks / 100).toLocaleString('ru', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
