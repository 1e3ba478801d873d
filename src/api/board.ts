import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { html } from 'hono/html';
import type { ApiEnv } from './auth/token.ts';
import { languageOf } from './console/view.ts';
import { within } from './deadline.ts';
import type { ApiDeps } from './deps.ts';
import { problemResponse } from './problem.ts';

/** A queue store that has not answered by then counts as down; BullMQ itself would wait for ever. */
const ANSWER_MS = 3_000;

const descriptions: Record<string, string> = {
  scan: 'Проверка остатков: чтение 1С и расчёт потребностей',
  'onec-transfer': 'Заказы на перемещение в 1С',
  'moysklad-order': 'Заказы покупателя в МойСклад',
  maintenance: 'Сверка, хранение, оповещения',
};

export type BoardDeps = Pick<ApiDeps, 'queues' | 'queueHealth' | 'db' | 'log'>;

/**
 * Bull Board, to be mounted at `basePath`. A window on delivery: the outbox decides what a job may do, so retrying or
 * removing jobs here can neither double nor lose a document. What a person does here is kept in `operator_actions`.
 */
export function boardRoutes(deps: BoardDeps, basePath: string): Hono<ApiEnv> {
  const serverAdapter = new HonoAdapter(serveStatic).setBasePath(basePath);
  createBullBoard({
    queues: Object.entries(deps.queues).map(
      ([name, queue]) =>
        new BullMQAdapter(queue, { description: descriptions[name] ?? name, externalJobUrl: documentOf }),
    ),
    // The adapter package pins an older copy of the same types, whose private members TypeScript holds to be others.
    serverAdapter: serverAdapter as unknown as Parameters<typeof createBullBoard>[0]['serverAdapter'],
    options: {
      uiConfig: {
        boardTitle: 'Очереди хаба',
        hideDocsLink: true,
        locale: { lng: 'ru-RU' },
        miscLinks: [
          { text: 'Консоль', url: '/console' },
          { text: 'API', url: '/docs' },
        ],
      },
    },
  });
  const app = new Hono<ApiEnv>();
  app.use(forTheVisitor);
  app.use(onlyWhileStoreAnswers(deps, `${basePath}/static/`));
  app.use(keepActs(deps, basePath));
  app.route('/', serverAdapter.registerPlugin());
  return app;
}

/** The page of the document that a job carries; of a job that carries none, the console. */
function documentOf({ id }: { id?: string | number | null | undefined }) {
  const outboxId = OUTBOX_JOB.exec(String(id ?? ''))?.[1];
  return outboxId === undefined
    ? { displayText: 'Хаб · Hub', href: '/console' }
    : { displayText: 'Документ · Document', href: `/console/documents/${outboxId}` };
}

const OUTBOX_JOB = /^([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})-\d+$/i;

/** Words of the board's settings, which are the same for all, in English. */
const ENGLISH = [
  ['"lng":"ru-RU"', '"lng":"en-US"'],
  ['Очереди хаба', 'Queues of the hub'],
  ['"Консоль"', '"Console"'],
] as const;

/**
 * The board's page in the language of who asks. And without fonts: it asks Google for them, but the hub loads nothing from
 * elsewhere, and its network may be closed.
 */
const forTheVisitor: MiddlewareHandler = async (c, next) => {
  await next();
  if (!c.res.headers.get('Content-Type')?.startsWith('text/html')) return;
  let page = (await c.res.text()).replace(/<link[^>]*fonts\.googleapis\.com[^>]*>/g, '');
  if (languageOf(c) === 'en') for (const [ru, en] of ENGLISH) page = page.replaceAll(ru, en);
  c.res = new Response(page, c.res);
};

/** Bull Board knows a store that is away only as an internal error, or waits for it without end. */
function onlyWhileStoreAnswers({ queueHealth, log }: BoardDeps, assets: string): MiddlewareHandler {
  const health = () => within(ANSWER_MS, queueHealth());
  return async (c, next) => {
    if (c.req.path.startsWith(assets)) return next();
    try {
      const before = await health();
      if (!before.ok) return unavailable(c, before.detail);
      await within(ANSWER_MS, next());
      if (c.res.status !== 500) return;
      const after = await health();
      if (!after.ok) c.res = await unavailable(c, after.detail);
    } catch (error) {
      log.warn({ event: 'board.unavailable', error: (error as Error).message });
      return unavailable(c);
    }
  };
}

function unavailable(c: Context, detail?: string) {
  const sentence = `${detail ?? 'Хранилище очередей не отвечает'}. Документы не потеряны: они лежат в базе хаба и уйдут, когда очереди вернутся.`;
  if (c.req.header('Accept')?.includes('text/html')) {
    const lang = languageOf(c);
    const [title, told] =
      lang === 'ru'
        ? ['Очереди хаба', sentence]
        : [
            'Queues of the hub',
            'The store of the queues does not answer. No document is lost: they are in the database of the hub, and go once the queues are back.',
          ];
    return c.html(
      html`<!doctype html><html lang="${lang}"><meta charset="utf-8" /><meta http-equiv="refresh" content="10" /><title>${title}</title><p>${told}</p></html>`,
      503,
      { 'Retry-After': '10' },
    );
  }
  return problemResponse({
    status: 503,
    code: 'queue-unavailable',
    detail: sentence,
    headers: { 'Retry-After': '10' },
  });
}

/** Notes who did what to which job. The act has happened by then, so a note that fails is logged and changes nothing. */
function keepActs({ db, log }: BoardDeps, basePath: string): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    await next();
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return;
    const path = c.req.path.slice(basePath.length);
    const outboxId = /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?=-\d+)/i.exec(path)?.[0] ?? null;
    const outcome = c.res.ok ? 'done' : 'refused';
    try {
      await db.prisma.operatorAction.create({
        data: {
          actor: c.get('actor'),
          action: 'bull-board',
          outboxId,
          outcome,
          details: { method: c.req.method, path, status: c.res.status },
        },
      });
    } catch (error) {
      log.error({ event: 'board.act-not-kept', path, error: (error as Error).message });
    }
  };
}
