import got from 'got';
import { pause } from './wait.ts';

/** An outbox row as the API shows it. */
export interface Row {
  id: string;
  kind: 'scan' | 'transfer' | 'order';
  status: string;
  attempts: number;
  updated_at: string;
  error: { code: string; message: string } | null;
}

/** What people do to the hub: over its API, like everybody. A hub that is away at the moment is asked again. */
export interface People {
  trigger(): Promise<void>;
  rows(statuses: readonly string[], kinds?: readonly string[]): Promise<Row[]>;
  /** True when the hub accepted it; false when it said that this is not possible now. */
  act(row: string, what: 'retry' | 'cancel'): Promise<boolean>;
}

const PATIENCE_MS = 60_000;

export function createPeople(url: string, token: string): People {
  const api = got.extend({
    prefixUrl: `${url}/api/v1`,
    headers: { authorization: `Bearer ${token}` },
    retry: { limit: 0 },
    throwHttpErrors: false,
    timeout: { request: 5_000 },
  });

  async function asked(method: 'GET' | 'POST', path: string, query: Record<string, string> = {}) {
    const endMs = performance.now() + PATIENCE_MS;
    let last = '';
    while (performance.now() < endMs) {
      try {
        const answer = await api(path, { method, searchParams: query, responseType: 'json' });
        if (answer.statusCode < 500) return answer;
        last = `HTTP ${answer.statusCode}`;
      } catch (error) {
        last = error instanceof Error ? error.message : String(error);
      }
      await pause(100);
    }
    throw new Error(`The API did not answer ${method} ${path} for ${PATIENCE_MS} ms: ${last}`);
  }

  return {
    async trigger() {
      const { statusCode, body } = await asked('POST', 'trigger/internal-replenishment');
      if (statusCode !== 202) throw new Error(`The trigger was answered ${statusCode}: ${JSON.stringify(body)}`);
    },
    async rows(statuses, kinds) {
      const query = { status: statuses.join(','), limit: '2000', ...(kinds ? { kind: kinds.join(',') } : {}) };
      const { statusCode, body } = await asked('GET', 'outbox', query);
      if (statusCode !== 200) throw new Error(`The outbox was answered ${statusCode}: ${JSON.stringify(body)}`);
      return (body as { items: Row[] }).items;
    },
    async act(row, what) {
      const { statusCode, body } = await asked('POST', `outbox/${row}/${what}`);
      if (statusCode === 200) return true;
      if (statusCode === 409) return false;
      throw new Error(`${what} was answered ${statusCode}: ${JSON.stringify(body)}`);
    },
  };
}
