import { CronExpressionParser } from 'cron-parser';
import type { Hono } from 'hono';
import { z } from 'zod';
import { requestRun } from '../../../shared/outbox/request-run.ts';
import { within } from '../../deadline.ts';
import { listAlarms } from '../../queries/alarms.ts';
import { lastContacts } from '../../queries/contacts.ts';
import {
  attemptsByHour,
  countDocuments,
  countOpenNeeds,
  documentsByHour,
  listWorkers,
} from '../../queries/overview.ts';
import { listRuns } from '../../queries/runs.ts';
import { shareAnswer } from '../../shared-answer.ts';
import { checkWarehouse } from '../../warehouse-check.ts';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { leadTo } from '../flash.ts';
import { renderPage } from '../layout.tsx';
import { readForm } from '../query.ts';
import { Charts } from './overview-charts.tsx';
import { LiveNow, type Now } from './overview-now.tsx';
import { ScanForm } from './scan-form.tsx';

/** Figures are shared between all who look, for so long. */
const KEEP_MS = 2_000;
const CHARTS_KEEP_MS = 30_000;
const QUEUE_ANSWER_MS = 1_000;

/** `/console`: how things stand, and the button that starts a scan. */
export function overviewPage(app: Hono<ConsoleEnv>, deps: ConsoleDeps): void {
  const { db, clock, config, log } = deps;
  const read = shareAnswer(clock, KEEP_MS, async (): Promise<Omit<Now, 'queueAwaySince'>> => {
    const [runs, documents, needs, systems, contacts, workers, alarms, queue] = await Promise.all([
      listRuns(db, { limit: 1 }),
      countDocuments(db, config.schedule.timezone),
      countOpenNeeds(db),
      db.prisma.systemState.findMany(),
      lastContacts(db),
      listWorkers(db),
      listAlarms(db, { open: true, limit: 100 }),
      within(QUEUE_ANSWER_MS, deps.queueHealth()).catch(() => ({
        backend: config.queues.redisUrl === null ? 'postgres' : 'redis',
        ok: false,
      })),
    ]);
    return { run: runs[0] ?? null, documents, needs, systems, contacts, workers, alarms, queue };
  });
  const charts = shareAnswer(clock, CHARTS_KEEP_MS, async () => {
    const [hours, latencies] = await Promise.all([documentsByHour(db), attemptsByHour(db)]);
    return { hours, latencies };
  });
  // Since when the queue store has been away is nobody's knowledge but ours: it cannot be asked while it is away.
  let queueAwaySince: Date | null = null;

  app.get('/', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const [now, { hours, latencies }, warehouses] = await Promise.all([
      read(),
      charts(),
      db.prisma.knownWarehouse.findMany({ where: { role: 'recipient' }, orderBy: { name: 'asc' } }),
    ]);
    return c.html(
      renderPage({
        view,
        title: t('Обзор', 'Overview'),
        children: (
          <>
            <h1>{t('Обзор', 'Overview')}</h1>
            <LiveNow
              view={view}
              now={note(now)}
              nextRun={nextRun(config.schedule, view.now)}
              pollMs={config.admin.pollMs}
            />
            <ScanForm view={view} warehouses={warehouses} />
            <div class="grid charts">
              <Charts view={view} hours={hours} latencies={latencies} />
            </div>
          </>
        ),
      }),
    );
  });

  app.get('/now', async (c) =>
    c.html(
      <LiveNow
        view={c.var.view}
        now={note(await read())}
        nextRun={nextRun(config.schedule, c.var.view.now)}
        pollMs={config.admin.pollMs}
      />,
    ),
  );

  app.post('/scan', async (c) => {
    const { t } = c.var.view;
    const { warehouse, dry_run, force } = await readForm(c, scanForm);
    if (warehouse !== '') await checkWarehouse(deps, warehouse);
    const request = {
      trigger: 'console' as const,
      requestedBy: c.var.actor,
      warehouse: warehouse === '' ? null : warehouse,
      dryRun: dry_run === 'yes',
      force: force === 'yes',
    };
    const { runId } = await requestRun(db, request);
    log.info({ event: 'run.requested', runId, dryRun: request.dryRun, force: request.force });
    return leadTo(c, `/console/runs/${runId}`, {
      tone: 'good',
      text: t('Проверка запрошена.', 'The scan is asked for.'),
    });
  });

  function note(now: Omit<Now, 'queueAwaySince'>): Now {
    queueAwaySince = now.queue.ok ? null : (queueAwaySince ?? clock.now());
    return { ...now, queueAwaySince };
  }
}

const scanForm = z.object({
  warehouse: z.string().trim().max(200).default(''),
  dry_run: z.literal('yes').optional(),
  force: z.literal('yes').optional(),
});

/** The schedule's next instant; NULL where it never comes. */
export function nextRun({ cron, timezone }: { cron: string; timezone: string }, now: Date): Date | null {
  try {
    return CronExpressionParser.parse(cron, { tz: timezone, currentDate: now }).next().toDate();
  } catch {
    return null;
  }
}
