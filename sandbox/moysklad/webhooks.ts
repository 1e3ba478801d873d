import { Hono } from 'hono';
import { ApiError, type Meta, metaOf, moscow } from './answers.ts';
import { stableId } from './catalogue.ts';
import { isRecord, notFound, wrongType } from './references.ts';

interface Webhook {
  id: string;
  url: string;
  action: string;
  entityType: string;
  meta: Meta;
}

export interface Delivery {
  url: string;
  requestId: string;
  /** One entry for each try: its status, or `late`, or `lost`. */
  tries: (number | 'late' | 'lost')[];
  delivered: boolean;
}

const MAX_URL = 255;
const TRIES = 4;
const ACTIONS = ['CREATE', 'UPDATE', 'DELETE', 'PROCESSED'];

/**
 * МойСклад's webhooks: a receiver has 1.5 s for 200 or 204; after it come three more tries with no pause between them, then
 * the event is dropped for ever. All tries of one event carry one `requestId`. Nothing is signed.
 */
export function createWebhooks({ now, answerMs }: { now: () => number; answerMs: number }) {
  let hooks = new Map<string, Webhook>();
  let deliveries: Delivery[] = [];
  let running: Promise<unknown> = Promise.resolve();
  let counter = 0;
  const app = new Hono();

  app.get('/', (c) =>
    c.json({ meta: { ...metaOf('webhook', '/entity/webhook'), size: hooks.size }, rows: [...hooks.values()] }),
  );
  app.post('/', async (c) => {
    const body: unknown = await c.req.json().catch(() => null);
    if (!isRecord(body)) throw wrongType('body', 'объект');
    const { url, action, entityType } = body;
    if (typeof url !== 'string' || url.length > MAX_URL || !URL.canParse(url)) throw wrongType('url', 'адрес');
    if (typeof action !== 'string' || !ACTIONS.includes(action)) throw wrongType('action', 'действие');
    if (typeof entityType !== 'string') throw wrongType('entityType', 'строка');
    if ([...hooks.values()].some((one) => one.url === url && one.action === action && one.entityType === entityType)) {
      throw new ApiError(412, 30_003, 'Такой вебхук уже есть');
    }
    counter += 1;
    const id = stableId('webhook', counter);
    const hook = { id, url, action, entityType, meta: metaOf('webhook', `/entity/webhook/${id}`) };
    hooks.set(id, hook);
    return c.json(hook);
  });
  app.delete('/:id', (c) => {
    if (!hooks.delete(c.req.param('id'))) throw notFound('webhook', c.req.param('id'));
    return c.body(null, 200);
  });

  async function deliver({ url }: Webhook, body: object): Promise<void> {
    counter += 1;
    const delivery: Delivery = { url, requestId: stableId('request', counter), tries: [], delivered: false };
    deliveries.push(delivery);
    const target = new URL(url);
    target.searchParams.set('requestId', delivery.requestId);
    while (delivery.tries.length < TRIES && !delivery.delivered) {
      const answer = await fetch(target, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
        signal: AbortSignal.timeout(answerMs),
      }).then(
        ({ status }) => status,
        (error: Error) => (error.name === 'TimeoutError' ? ('late' as const) : ('lost' as const)),
      );
      delivery.tries.push(answer);
      delivery.delivered = answer === 200 || answer === 204;
    }
  }

  return {
    app,
    /** Tells everybody who asked; `silenced` are the prefixes of a request's `X-Lognex-WebHook-DisableByPrefix`. */
    tell(event: { action: string; entityType: string; href: string }, silenced: string[]): void {
      const listeners = [...hooks.values()].filter(
        ({ url, action, entityType }) =>
          action === event.action &&
          entityType === event.entityType &&
          !silenced.some((prefix) => url.startsWith(prefix)),
      );
      const body = {
        auditContext: { meta: metaOf('audit', '/audit/0'), moment: moscow(now()).slice(0, 19), uid: 'admin@sandbox' },
        events: [{ meta: { type: event.entityType, href: event.href }, action: event.action }],
      };
      running = Promise.all([running, ...listeners.map((hook) => deliver(hook, body))]);
    },
    /** What was delivered or dropped so far, when nothing is under way any more. */
    async deliveries(): Promise<Delivery[]> {
      await running;
      return deliveries;
    },
    reset() {
      hooks = new Map();
      deliveries = [];
    },
  };
}

export type Webhooks = ReturnType<typeof createWebhooks>;
