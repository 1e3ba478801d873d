import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { serveApi } from '../../src/cli/serve.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { hashPassword } from '../../src/shared/people/password.ts';
import { ROLES, type Role, writePerson } from '../../src/shared/people/people.ts';
import { createLifecycle } from '../../src/workers/lifecycle.ts';
import { type HubOptions, startHub, type TestHub } from './hub.ts';

/** Debian's own; no browser is downloaded. */
const places = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const chromiumPath = places.find((place) => place !== undefined && existsSync(place)) ?? null;

if (chromiumPath === null) {
  const line = 'NO CHROMIUM: browser tests are skipped. apt-get install chromium, or set CHROMIUM_PATH.';
  if (process.env.CI === 'true') throw new Error(line);
  console.warn(`\n${'!'.repeat(line.length)}\n${line}\n${'!'.repeat(line.length)}\n`);
}

export const PASSWORD = 'correct horse battery';
export const TOKEN = 'token-of-the-browser-tests';
export const names: Record<Role, string> = { viewer: 'Вера', operator: 'Олег', admin: 'Анна' };

export interface Look {
  lang?: 'ru' | 'en';
  theme?: 'light' | 'dark';
  phone?: boolean;
}

export interface BrowserHub {
  hub: TestHub;
  /** Address of the API, without a slash at the end. */
  url: string;
  browser: Browser;
  /** A fresh browser profile in which this person is logged in, on the overview. */
  open(role: Role, look?: Look): Promise<Page>;
  close(): Promise<void>;
}

/** A hub with its API on a port and one person of each role, and a browser. Workers start when the test says so. */
export async function startBrowserHub(options: Omit<HubOptions, 'work'>): Promise<BrowserHub> {
  const people = await Promise.all(
    ROLES.map(async (role) => ({
      name: names[role],
      role,
      hash: await hashPassword(PASSWORD, { log2N: 10, r: 8, p: 1 }),
    })),
  );
  const env = {
    ADMIN_USERS: people.map(writePerson).join(','),
    ADMIN_TRIGGER_TOKEN: TOKEN,
    ADMIN_POLL_SECONDS: '2',
    ...options.env,
  };
  const hub = await startHub({ ...options, env, work: false });
  const lifecycle = createLifecycle(silentLog);
  const url = await serveApi(hub.services, lifecycle, 0);
  const browser = await chromium.launch({
    executablePath: chromiumPath ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  return {
    hub,
    url,
    browser,
    async open(role, { lang = 'ru', theme = 'light', phone = false } = {}) {
      const context = await browser.newContext({
        baseURL: url,
        locale: lang === 'ru' ? 'ru-RU' : 'en-GB',
        colorScheme: theme,
        viewport: phone ? { width: 390, height: 844 } : { width: 1280, height: 860 },
        isMobile: phone,
        hasTouch: phone,
        acceptDownloads: true,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(15_000);
      await page.goto('/console');
      await page.fill('#name', names[role]);
      await page.fill('#password', PASSWORD);
      await page.click('form[action="/console/login"] button');
      await page.waitForURL('**/console');
      return page;
    },
    async close() {
      await browser.close();
      await lifecycle.stop(5_000);
      await hub.fleet.stop(5_000);
      await hub.close();
    },
  };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core holds for serious or worse on the page as it is now. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  // The page's own scripts know nothing of axe: it was put there from outside.
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as never as { axe: { run(): Promise<AxeResult> } }).axe.run();
    return violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      target: nodes.map((node) => node.target.join(' ')),
    }));
  });
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, target }) => `${id}: ${target.slice(0, 3).join(', ')}`);
}

interface AxeResult {
  violations: { id: string; impact: string | null; nodes: { target: string[] }[] }[];
}
