import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import got from 'got';
import { freePort } from '../src/shared/db/free-port.ts';
import type { Build } from './build.ts';
import type { LimitRow, Order, StockRow, Transfer } from './oracle.ts';
import { type Supervised, supervise } from './supervisor.ts';
import { until } from './wait.ts';

/** A fault as the control port takes it. */
export interface HttpFault {
  system: '1c' | 'moysklad';
  match?: { method?: string; path?: string };
  kind: 'latency' | 'status' | 'drop-before' | 'drop-after' | 'down' | 'html';
  ms?: number;
  status?: number;
  after?: boolean;
  code?: number | string;
  message?: string;
  times?: number;
  probability?: number;
}

/** 1C and МойСклад: the sandbox as a process of its own, seen and steered over its control port only. */
export interface Outside {
  /** Settings that make a hub work against it. */
  env: Record<string, string>;
  process: Supervised;
  /** Starts a fresh world on the same port. */
  begin(csv: string): Promise<void>;
  stock(): Promise<StockRow[]>;
  limits(): Promise<LimitRow[]>;
  transfers(): Promise<Transfer[]>;
  orders(): Promise<Order[]>;
  counts(): Promise<{ transfers: number; orders: number }>;
  fault(fault: HttpFault): Promise<string>;
  /** How often each fault has struck, by id. */
  fired(): Promise<Map<string, number>>;
  /** Whether МойСклад has switched our access off, for failures without end. */
  accessDisabled(): Promise<boolean>;
  heal(id?: string): Promise<void>;
  stop(): Promise<void>;
}

export async function openOutside(build: Build, folder: string): Promise<Outside> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const data = path.join(folder, 'goods.csv');
  const control = got.extend({ prefixUrl: `${url}/control`, retry: { limit: 0 }, timeout: { request: 10_000 } });
  const process = supervise({
    name: 'sandbox',
    command: globalThis.process.execPath,
    args: [build.sandbox, '--port', String(port), '--data', data],
    env: {},
    cwd: folder,
    logFile: path.join(folder, 'sandbox.log'),
    readyWhen: 'MOYSKLAD_TOKEN',
    restart: false,
  });
  const faults = () => control('faults').json<{ id: string; fired: number }[]>();
  return {
    env: {
      API_1C_URL: `${url}/ut11/odata/standard.odata`,
      API_1C_USER: 'Хаб',
      API_1C_PASSWORD: 'пароль-1С',
      MOYSKLAD_URL: `${url}/api/remap/1.2`,
      MOYSKLAD_TOKEN: 'sandbox-moysklad-token',
      MOYSKLAD_ORGANIZATION: 'ООО «Бизнес Медиа»',
      MOYSKLAD_AGENT: 'Пополнение магазинов',
      MOYSKLAD_WEIGHT: '1',
    },
    process,
    async begin(csv) {
      await process.stop('SIGTERM');
      await writeFile(data, csv);
      await process.start();
      await until('the sandbox to answer', () =>
        control('state').then(
          () => true,
          () => false,
        ),
      );
    },
    stock: () => control('1c/stock').json<StockRow[]>(),
    limits: () => control('1c/limits').json<LimitRow[]>(),
    transfers: () => control('1c/transfers').json<Transfer[]>(),
    orders: () => control('moysklad/orders').json<Order[]>(),
    async counts() {
      const { documents } = await control('state').json<{ documents: { transfers: number; orders: number } }>();
      return documents;
    },
    fault: async (fault) => (await control.post('faults', { json: fault }).json<{ id: string }>()).id,
    fired: async () => new Map((await faults()).map(({ id, fired }) => [id, fired])),
    accessDisabled: async () => (await control('moysklad/limits').json<{ accessDisabled: boolean }>()).accessDisabled,
    async heal(id) {
      await control.delete(id === undefined ? 'faults' : `faults/${id}`);
    },
    async stop() {
      await process.stop('SIGTERM');
    },
  };
}
