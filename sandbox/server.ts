import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { createControl } from './control.ts';
import type { Dataset } from './data/dataset.ts';
import { buildDemoDataset } from './data/demo.ts';
import { createFaults, type Faults } from './faults.ts';
import { createMoySkladSandbox, type MoySkladSandboxOptions } from './moysklad/moysklad.ts';
import { codeOf } from './moysklad/switch-off.ts';
import { createOnecSandbox, type OnecOptions, type OnecSandbox } from './onec/onec.ts';
import { createTraffic, type Traffic } from './traffic.ts';

export interface SandboxOptions {
  /** Default: the demo dataset of `seed`. */
  dataset?: Dataset;
  /** Default 0: a free port. */
  port?: number;
  host?: string;
  /** Seed of the demo dataset and of the faults' probabilities. Default 1. */
  seed?: number;
  now?: () => Date;
  onec?: OnecOptions;
  moysklad?: Partial<Omit<MoySkladSandboxOptions, 'dataset' | 'token' | 'now'>>;
}

export interface Sandbox {
  url: string;
  onecUrl: string;
  onecUser: string;
  onecPassword: string;
  moyskladUrl: string;
  moyskladToken: string;
  /** Names of the organisation and the counterparty that orders are to be made with. */
  moyskladOrganization: string;
  moyskladAgent: string;
  /** The hub's variables that point it here. */
  environment: Record<string, string>;
  controlUrl: string;
  dataset: Dataset;
  /** What a test does to 1C without the detour over HTTP. */
  onec: Pick<OnecSandbox, 'gotchas' | 'update' | 'distribute'>;
  /** The same book of faults that the control port writes. */
  faults: Faults;
  close(): Promise<void>;
}

const ONEC_PATH = '/ut11/odata/standard.odata';
const MOYSKLAD_PATH = '/api/remap/1.2';

/** Starts both stand-ins and the control port on one HTTP server. Rejects when the port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { seed = 1, host = '127.0.0.1', port = 0, now = () => new Date() } = options;
  const dataset = options.dataset ?? buildDemoDataset(seed);
  // Cyrillic on purpose: only UTF-8 Basic authorisation gets in.
  const [onecUser, onecPassword, moyskladToken] = ['Хаб', 'пароль-1С', 'sandbox-moysklad-token'];
  const closing = new AbortController();
  const sleep = (ms: number) => sleepUntil(ms, closing.signal);
  const onec = createOnecSandbox({ ...options.onec, dataset, user: onecUser, password: onecPassword, now, sleep });
  const names = { organizationName: 'ООО «Бизнес Медиа»', agentName: 'Пополнение магазинов' };
  const { organizationName, agentName } = { ...names, ...options.moysklad };
  const moysklad = createMoySkladSandbox({
    ...options.moysklad,
    ...{ dataset, token: moyskladToken, now: () => now().getTime(), organizationName, agentName },
  });
  const faults = createFaults(seed);
  const traffic = { '1c': noTraffic(), moysklad: noTraffic() };

  const reset = () => {
    faults.clear();
    onec.reset(dataset);
    moysklad.reset(dataset);
    for (const one of Object.values(traffic)) Object.assign(one, noTraffic());
  };
  const app = new Hono();
  for (const [system, path] of [
    ['1c', ONEC_PATH],
    ['moysklad', MOYSKLAD_PATH],
  ] as const) {
    const middleware = createTraffic({
      ...{ system, faults, traffic: traffic[system], sleep },
      ...(system === 'moysklad' && {
        onFault: async (method: string, path: string, response: Response) => {
          const code = await codeOf(response);
          moysklad.answered({ method, path, status: response.status, ...(code === undefined ? {} : { code }) });
        },
      }),
    });
    app.use(path, middleware as never);
    app.use(`${path}/*`, middleware as never);
  }
  app.route(ONEC_PATH, onec.app);
  app.route(MOYSKLAD_PATH, moysklad.app);
  app.route('/control', createControl({ dataset, onec, moysklad, faults, traffic, reset }));

  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  const [onecUrl, moyskladUrl] = [`${url}${ONEC_PATH}`, `${url}${MOYSKLAD_PATH}`];
  return {
    url,
    onecUrl,
    onecUser,
    onecPassword,
    moyskladUrl,
    moyskladToken,
    moyskladOrganization: organizationName,
    moyskladAgent: agentName,
    environment: {
      API_1C_URL: onecUrl,
      API_1C_USER: onecUser,
      API_1C_PASSWORD: onecPassword,
      MOYSKLAD_URL: moyskladUrl,
      MOYSKLAD_TOKEN: moyskladToken,
      MOYSKLAD_ORGANIZATION: organizationName,
      MOYSKLAD_AGENT: agentName,
      // The token is a published solution's: a request takes one unit of the basket.
      MOYSKLAD_WEIGHT: '1',
    },
    controlUrl: `${url}/control`,
    dataset,
    onec,
    faults,
    close: () =>
      new Promise((resolve) => {
        closing.abort();
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

const noTraffic = (): Traffic => ({ total: 0, byStatus: {} });

function sleepUntil(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
