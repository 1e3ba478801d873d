import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import got from 'got';
import { describe, expect, it } from 'vitest';
import { buildDemoDataset } from '../../sandbox/data/demo.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { createSnooze } from '../../src/shared/snooze/operations.ts';
import { startBrowserHub } from '../support/browser.ts';
import { until } from '../support/hub.ts';

const directory = fileURLToPath(new URL('../../docs/screens/', import.meta.url));

/** Not a test of anything: `npm run screens` draws docs/screens anew. */
describe('docs/screens', () => {
  it('shows every page in both languages, light and dark, on a desk and on a phone', { timeout: 900_000 }, async () => {
    const dataset = buildDemoDataset();
    const world = await startBrowserHub({ backend: 'postgres', dataset, env: { API_1C_CONCURRENCY: '4' } });
    const { prisma } = world.hub.services.db;
    try {
      world.hub.fleet.start();
      await world.hub.scan({ dryRun: true, requestedBy: 'Олег', trigger: 'console' });
      await sellSome(world.hub.sandbox);
      const { runId } = await world.hub.scan({ requestedBy: 'Олег', trigger: 'console' });
      await until(
        'all at rest',
        async () =>
          (await prisma.outboxRow.count({ where: { status: { in: ['pending', 'queued', 'sending'] } } })) === 0,
      );
      await createSnooze(world.hub.services.db, {
        recipient: null,
        item: {
          key: '11111111-1111-4111-8111-111111111111',
          name: 'Гирлянда уличная 20 м',
          article: 'GRL-0020',
          characteristicKey: null,
        },
        reason: 'Не сезон',
        until: '2027-10-01',
        actor: 'Анна',
        timezone: 'Europe/Moscow',
      });
      const made = await prisma.outboxRow.findFirstOrThrow({ where: { status: 'done', kind: 'transfer' } });
      const entry = await prisma.integrationLog.findFirstOrThrow({
        where: { outboxId: made.id, status: 'ok' },
        orderBy: { id: 'desc' },
      });
      const pages: Record<string, string> = {
        overview: '',
        runs: '/runs',
        run: `/runs/${runId}?outcome=mixed`,
        difference: `/runs/${runId}/difference`,
        documents: '/documents',
        document: `/documents/${made.id}`,
        confirm: '/documents/many?act=retry&status=failed',
        journal: '/journal?limit=100&refresh=0',
        entry: `/journal/${entry.id}`,
        links: '/links',
        health: '/health',
        snoozes: '/snoozes',
        alarms: '/alarms',
        actions: '/actions',
      };
      await rm(directory, { recursive: true, force: true });
      await mkdir(directory, { recursive: true });
      for (const lang of ['ru', 'en'] as const) {
        for (const theme of ['light', 'dark'] as const) {
          for (const phone of [false, true]) {
            const look = `${lang}-${theme}-${phone ? 'phone' : 'desktop'}`;
            const page = await world.open('admin', { lang, theme, phone });
            const shoot = async (name: string) =>
              page.screenshot({ path: path.join(directory, `${name}-${look}.jpg`), type: 'jpeg', quality: 55 });
            for (const [name, place] of Object.entries(pages)) {
              await page.goto(`/console${place}`);
              if (name === 'run') await page.locator('main details summary').first().click();
              if (name === 'health') await page.waitForSelector('#steps-moysklad table');
              await shoot(name);
            }
            await page.context().clearCookies();
            await page.goto('/console/login');
            await shoot('login');
            await page.context().close();
          }
        }
      }
      expect(Object.keys(pages).length).toBeGreaterThan(10);
    } finally {
      await world.close();
    }
  });
});

/** A morning at the shops: of some goods that lacked nothing all is sold, and of some that lacked a part more is. */
async function sellSome({ controlUrl, dataset }: Sandbox): Promise<void> {
  const shops = new Set(dataset.warehouses.filter(({ kind }) => kind === 'shop').map(({ key }) => key));
  const kept = dataset.stock.filter(({ warehouseKey, minimum }) => shops.has(warehouseKey) && minimum !== null);
  const enough = kept.filter(({ onHand, minimum }) => onHand >= minimum!).slice(0, 6);
  const short = kept.filter(({ onHand, minimum }) => onHand > 0 && onHand < minimum!).slice(0, 6);
  for (const { warehouseKey, itemKey, onHand } of [...enough, ...short]) {
    await got.post(`${controlUrl}/1c/stock`, { json: { warehouseKey, itemKey, quantity: -onHand } });
  }
}
