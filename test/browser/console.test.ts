import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeJournal } from '../../src/shared/journal/journal.ts';
import { newId } from '../../src/shared/outbox/ids.ts';
import { type BrowserHub, chromiumPath, names, seriousFaults, startBrowserHub, TOKEN } from '../support/browser.ts';
import { until } from '../support/hub.ts';
import { smallDataset, withBadMatches } from '../support/small-dataset.ts';

describe.skipIf(chromiumPath === null)('a person with a browser', () => {
  let world: BrowserHub;
  let page: Page;
  const faults: string[] = [];
  beforeAll(async () => {
    world = await startBrowserHub({
      backend: 'postgres',
      dataset: withBadMatches(smallDataset({ moved: 3, ordered: 3 })),
      env: { APPROVAL: 'manual' },
    });
    page = await world.open('operator');
    // A page that would need an inline script or something from elsewhere says so on its console.
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(error.message));
  });
  afterAll(() => world?.close());

  const main = () => page.locator('main').innerText();
  const db = () => world.hub.services.db.prisma;

  it('starts a dry scan, sees it wait, and sees it end without touching anything', async () => {
    expect(await main()).toContain('Ни один рабочий процесс не подаёт признаков жизни');
    expect(await page.isChecked('input[name="dry_run"]')).toBe(true);
    await page.click('section:has(#scan) button');
    await page.waitForURL('**/console/runs/*');
    expect(await main()).toContain('Прогон в очереди');
    world.hub.fleet.start();
    await page.waitForSelector('h1 .tag.good');
    expect(await main()).toMatch(/6\s+Потребностей/);
    expect(await db().outboxRow.count({ where: { kind: { not: 'scan' } } })).toBe(0);
  });

  it('reads why a line is as it is', async () => {
    const row = page.locator('tr', { hasText: 'MOVE-1' });
    await row.locator('summary').click();
    const why = await row.locator('.why').innerText();
    expect(why).toMatch(/минимум.*5/i);
    expect(why).toContain('Бестужевых');
  });

  it('approves what a real scan holds, after seeing how many it will be', async () => {
    await page.goto('/console');
    await page.uncheck('input[name="dry_run"]');
    await page.click('section:has(#scan) button');
    await page.waitForSelector('h1 .tag.good');
    await page.click('text=Утвердить…');
    expect(await main()).toContain('Затронет 6.');
    await page.click('main button:has-text("Утвердить")');
    await page.waitForURL('**/console/runs/*');
    expect(await page.locator('#notice').innerText()).toBe('Утверждено: 6, пропущено: 0.');
    await until('four made, two refused', async () => {
      const rows = await db().outboxRow.groupBy({ by: ['status'], where: { kind: { not: 'scan' } }, _count: true });
      const of = (status: string) => rows.find((one) => one.status === status)?._count ?? 0;
      return of('done') === 4 && of('failed') === 2;
    });
  });

  it('finds a document by its article, with its number, its key and its attempts', async () => {
    await page.goto('/console/documents');
    await page.keyboard.press('/');
    await page.keyboard.type('move-2');
    await page.keyboard.press('Enter');
    await page.waitForURL('**q=move-2**');
    const links = page.locator('table td:first-child a', { hasText: 'Перемещение' });
    expect(await links.count()).toBe(1);
    await links.click();
    await page.waitForSelector('#attempts');
    const [transfer] = await world.hub.observe
      .transfers()
      .then((all) => all.filter((one) => one.lines[0]?.article === 'MOVE-2'));
    expect(await main()).toContain(transfer!.Number);
    expect(await page.locator('section:has(#attempts)').innerText()).toContain('получилось');
  });

  it('retries a group of failures, and is told what was retried', async () => {
    await page.goto('/console/documents');
    const retry = page.locator('section:has(#failures) a', { hasText: 'Повторить…' }).first();
    await retry.click();
    const [, count] = /Затронет (\d+)\./.exec(await main()) ?? [];
    await page.click('main button:has-text("Повторить")');
    await page.waitForURL('**/console/documents?**');
    expect(await page.locator('#notice').innerText()).toBe(`Повторено: ${count}, пропущено: 0.`);
    const kept = await db().operatorAction.findFirst({ where: { action: 'retry', actor: names.operator } });
    expect(kept).toMatchObject({ outcome: 'done' });
    await until('refused again', async () => (await db().outboxRow.count({ where: { status: 'failed' } })) === 2);
  });

  it('exports the journal exactly as filtered, as the API has it', async () => {
    await page.goto('/console/journal?level=warning,error&refresh=0');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('a:has-text("NDJSON")')]);
    const file = await readFile(await download.path(), 'utf8');
    const answer = await fetch(`${world.url}/api/v1/logs/export?format=ndjson&level=warning,error`, {
      headers: { Authorization: `Bearer ${TOKEN}` },
    });
    expect(file.length).toBeGreaterThan(100);
    expect(file).toBe(await answer.text());
  });

  it('sees new entries of the journal come by themselves, above the others', async () => {
    await page.goto('/console/journal?refresh=2&q=свежая');
    await page.waitForSelector('#fresh');
    const entry = { level: 'info', system: 'hub', step: 'plan', status: 'ok' } as const;
    await writeJournal(db(), [{ ...entry, message: 'Свежая запись 1' }]);
    await page.waitForSelector('#rows tr:has-text("Свежая запись 1")');
    await writeJournal(db(), [{ ...entry, message: 'Свежая запись 2' }]);
    await page.waitForSelector('#rows tr:has-text("Свежая запись 2")');
    expect(await page.locator('#rows tr').allInnerTexts()).toEqual([
      expect.stringContaining('Свежая запись 2'),
      expect.stringContaining('Свежая запись 1'),
    ]);
  });

  it('changes language and theme, and both stay', async () => {
    await page.goto('/console/runs');
    const menu = () => page.click('.menu.who summary');
    await menu();
    await page.click('button:has-text("English")');
    await page.waitForSelector('html[lang="en"]');
    expect(await page.locator('h1').innerText()).toBe('Runs');
    await menu();
    await page.click('button:has-text("Theme")');
    await page.waitForSelector('html[data-theme="dark"]');
    await page.goto('/console/documents');
    expect(await page.locator('h1').innerText()).toBe('Documents');
    await menu();
    await page.click('button:has-text("Русский")');
    await page.waitForSelector('html[lang="ru"]');
  });

  it('as a viewer can change nothing: no page offers it, and a form sent anyway is refused', async () => {
    const viewer = await world.open('viewer');
    const { id } = await db().outboxRow.findFirstOrThrow({ where: { status: 'failed' } });
    for (const path of ['/console', '/console/documents', `/console/documents/${id}`, '/console/snoozes']) {
      await viewer.goto(path);
      const forms = await viewer.locator('main form[method="post"]').count();
      expect([path, forms]).toEqual([path, 0]);
    }
    await viewer.goto(`/console/documents/${id}/confirm?act=retry`);
    expect(await viewer.locator('main form').count()).toBe(0);
    expect(await viewer.locator('main').innerText()).toContain('Это делает: оператор');
    const csrf = await viewer.locator('input[name="_csrf"]').first().inputValue();
    const answer = await viewer.request.post(`/console/documents/${id}/retry`, { form: { _csrf: csrf } });
    expect([answer.status(), (await answer.text()).includes('Нельзя')]).toEqual([403, true]);
    expect((await db().outboxRow.findUniqueOrThrow({ where: { id } })).status).toBe('failed');
    await viewer.context().close();
  });

  it.each([
    ['light', false],
    ['dark', true],
  ] as const)(
    'finds no serious fault of accessibility on any page, and nothing wider than the screen (%s, phone: %s)',
    async (theme, phone) => {
      const visitor = await world.open('operator', { theme, phone });
      const run = await db().run.findFirstOrThrow({ where: { dryRun: false } });
      const failed = await db().outboxRow.findFirstOrThrow({ where: { status: 'failed' } });
      const entry = await db().integrationLog.findFirstOrThrow({ where: { outboxId: failed.id } });
      const paths = [
        ...['', '/runs', `/runs/${run.id}`, `/runs/${run.id}/difference`, `/runs/${run.id}/decide?act=approve`],
        ...[
          '/documents',
          `/documents/${failed.id}`,
          `/documents/${failed.id}/confirm?act=retry`,
          '/journal?limit=100&refresh=0',
          '/journal?run_id=zz&limit=5',
          '/links',
        ],
        ...[`/journal/${entry.id}`, '/health', '/snoozes', '/alarms', '/actions', '/nowhere'],
      ];
      for (const path of paths) {
        await visitor.goto(`/console${path}`);
        expect([path, await seriousFaults(visitor)]).toEqual([path, []]);
        const wider = await visitor.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        expect([path, wider]).toEqual([path, 0]);
      }
      await visitor.context().clearCookies();
      await visitor.goto('/console/login');
      expect(await seriousFaults(visitor)).toEqual([]);
      await visitor.context().close();
    },
  );

  it('sees on a phone where it is and how many alarms are open, and reaches every section by one menu', async () => {
    await db().alarm.create({ data: { id: newId(), code: 'no-scan', subject: '', message: 'Проверок не было' } });
    const visitor = await world.open('viewer', { phone: true });
    await visitor.goto('/console/journal');
    const menu = visitor.locator('.menu.sections');
    expect(await menu.locator('summary').innerText()).toMatch(/^Журнал/);
    expect(await visitor.locator('nav.row').isVisible()).toBe(false);
    await menu.locator('summary').click();
    expect(await menu.locator('a').count()).toBe(9);
    await menu.locator('a', { hasText: 'Тревоги' }).click();
    expect(await visitor.locator('h1').innerText()).toBe('Тревоги');
    await visitor.context().close();
    await db().alarm.deleteMany({ where: { code: 'no-scan' } });
  });

  it('has the header in one row on a desk, and charts whose words can be read in their colours', async () => {
    const visitor = await world.open('operator', { lang: 'ru' });
    expect((await visitor.locator('header.bar').boundingBox())!.height).toBeLessThan(64);
    const charts = await visitor.evaluate<{ px: number[]; keys: string[] }>(`(() => {
      const px = [...document.querySelectorAll('.chart text')].map((one) => {
        const svg = one.ownerSVGElement;
        return parseFloat(getComputedStyle(one).fontSize) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      });
      const keys = [...document.querySelectorAll('figcaption rect')].map((one) => getComputedStyle(one).fill);
      return { px, keys };
    })()`);
    expect(Math.min(...charts.px)).toBeGreaterThanOrEqual(11);
    expect(new Set(charts.keys).size).toBe(2);
    expect(charts.keys).not.toContain('rgb(0, 0, 0)');
    await visitor.context().close();
  });

  it('would find a fault of accessibility, were there one', async () => {
    const visitor = await world.open('viewer');
    await visitor.evaluate(`document.querySelector('main').insertAdjacentHTML('beforeend', '<button></button>')`);
    expect(await seriousFaults(visitor)).toEqual([expect.stringMatching(/^button-name: /)]);
    await visitor.context().close();
  });

  it('met no error of a page on the way: no script, style or file that its policy refuses', () => {
    expect(faults).toEqual([]);
  });
});
