import { Hono } from 'hono';
import { z } from 'zod';
import { createControlActs } from './control-acts.ts';
import type { Dataset } from './data/dataset.ts';
import { type Faults, faultRequest } from './faults.ts';
import type { MoySkladSandbox } from './moysklad/moysklad.ts';
import type { OnecSandbox } from './onec/onec.ts';
import type { Traffic } from './traffic.ts';

interface Deps {
  dataset: Dataset;
  onec: OnecSandbox;
  moysklad: Pick<MoySkladSandbox, 'orders' | 'products' | 'byHand' | 'stats'>;
  faults: Faults;
  traffic: Record<'1c' | 'moysklad', Traffic>;
  reset(): void;
}

/** The control port: what an observer may see and a person at the outside systems may do. JSON, no authorisation. */
export function createControl({ dataset, onec, moysklad, faults, traffic, reset }: Deps): Hono {
  const app = new Hono();

  app.get('/state', (c) => {
    const transfers = onec.transfers();
    return c.json({
      dataset: {
        seed: dataset.seed,
        warehouses: dataset.warehouses.length,
        items: dataset.items.length,
        stock: dataset.stock.length,
      },
      requests: traffic,
      documents: {
        transfers: transfers.length,
        posted: transfers.filter(({ Posted }) => Posted).length,
        deletionMarked: transfers.filter(({ DeletionMark }) => DeletionMark).length,
        orders: moysklad.orders().length,
      },
      faults: faults.list(),
    });
  });

  app.get('/1c/transfers', (c) => c.json(onec.transfers()));
  app.get('/1c/limits', (c) => c.json(actingLimits(dataset)));
  app.get('/1c/stock', (c) => c.json(onec.stock()));
  app.get('/moysklad/orders', (c) => c.json(moysklad.orders()));
  app.get('/moysklad/limits', (c) => c.json(moysklad.stats()));
  app.get('/moysklad/products', (c) => {
    const article = c.req.query('article');
    const products = moysklad.products();
    return c.json(article === undefined ? products : products.filter((one) => hasArticle(one, article)));
  });

  app.get('/faults', (c) => c.json(faults.list()));
  app.post('/faults', async (c) => {
    const parsed = faultRequest.safeParse(await jsonOf(c.req.raw));
    if (!parsed.success) return c.json({ error: z.prettifyError(parsed.error) }, 400);
    return c.json(faults.add(parsed.data), 201);
  });
  app.delete('/faults', (c) => {
    faults.clear();
    return c.body(null, 204);
  });
  app.delete('/faults/:id', (c) => {
    const id = c.req.param('id');
    return faults.remove(id) ? c.body(null, 204) : c.json({ error: `No fault «${id}»` }, 404);
  });

  app.route('/', createControlActs({ onec, moysklad }));

  app.post('/reset', (c) => {
    reset();
    return c.body(null, 204);
  });
  // A route, not `notFound`: that one is lost when the app is mounted under another.
  app.all('*', (c) => c.json({ error: `No control route ${c.req.method} ${c.req.path}` }, 404));
  return app;
}

/** Limits that count: what «Товарные ограничения» holds besides its inactive rows and other methods. */
function actingLimits({ warehouses, stock }: Dataset) {
  const names = new Map(warehouses.map(({ key, name }) => [key, name]));
  return stock
    .filter(({ minimum }) => minimum !== null)
    .map(({ warehouseKey, itemKey, minimum, maximum }) => ({
      ...{ warehouse: names.get(warehouseKey), warehouseKey, itemKey, minimum, maximum },
    }));
}

async function jsonOf(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    return null;
  }
}

function hasArticle(product: unknown, article: string): boolean {
  if (typeof product !== 'object' || product === null) return false;
  const { article: own, code } = product as { article?: unknown; code?: unknown };
  return own === article || code === article;
}
