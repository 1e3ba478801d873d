import http from 'node:http';
import https from 'node:https';
import got, { RequestError, TimeoutError } from 'got';
import type { OutcomeError } from '../errors/outcome.ts';
import type { Log } from '../log/log.ts';
import { onecTemplate, outsideRequest } from '../telemetry/outside-request.ts';
import type { OneCSettings } from './config.ts';
import { createCookies } from './cookies.ts';
import { type Asked, answerError, interruptedError, networkError, unreadableError } from './errors.ts';
import { createGate } from './gate.ts';
import { readODataError } from './odata-error.ts';
import type { CallOptions } from './port.ts';

/** The one door to 1C. Every failure comes out as an `OutcomeError`; nothing else is thrown. */
export interface OneCHttp {
  /** GET: the JSON of the answer. `urgent` calls (the probe) do not wait behind others. */
  get(object: string, path: string, options?: CallOptions & { urgent?: boolean }): Promise<unknown>;
  /** GET of what is too large to hold: `onText` gets the answer piece by piece. What it throws is passed on as it is. */
  stream(object: string, path: string, onText: (text: string) => void, options?: CallOptions): Promise<void>;
  /** POST or PATCH: the JSON of the answer, or undefined where the body is empty. Never repeated here. */
  send(method: 'POST' | 'PATCH', object: string, path: string, body?: unknown, options?: CallOptions): Promise<unknown>;
  close(): Promise<void>;
}

const CONNECT_MS = 10_000;
/** Ending a session politely is worth no longer wait: it ends by itself after its idle time. */
const FINISH_MS = 2_000;
/** Of an error page as much as can hold 1C's own words. */
const MOST_REFUSAL = 64 * 1024;
/** A keep-alive connection that 1C closed in its sleep: a read is asked once more, at once. */
const RESET = new Set(['ECONNRESET', 'EPIPE']);

const DEAD_SESSION = new Set([400, 404, 406]);

/** The session behind our cookie is gone: the same question is asked once more without it. */
class SessionDied extends Error {
  readonly answer: OutcomeError;
  constructor(answer: OutcomeError) {
    super(answer.message);
    this.answer = answer;
  }
}

const timeouts = (requestMs: number) => ({
  ...{ lookup: CONNECT_MS, connect: CONNECT_MS, secureConnect: CONNECT_MS },
  request: requestMs,
});

export function createOneCHttp(settings: OneCSettings, { log }: { log: Log }): OneCHttp {
  const cookies = createCookies();
  const gate = createGate(settings.concurrency);
  // One connection more than the gate lets through: the probe's own.
  const connections = { keepAlive: true, maxSockets: settings.concurrency + 1 };
  const agent = { http: new http.Agent(connections), https: new https.Agent(connections) };
  const host = new URL(settings.url).host;

  const client = got.extend({
    agent,
    cookieJar: cookies,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    headers: {
      // 1C reads the bytes as UTF-8; got's own `username` would percent-encode Cyrillic.
      authorization: `Basic ${Buffer.from(`${settings.user}:${settings.password}`, 'utf8').toString('base64')}`,
      accept: 'application/json;odata=nometadata',
      'user-agent': 'bisnesmedia-integration-hub',
    },
  });

  let starting = false;
  /** Asks for a session where there is none; only one request at a time, or each would take a licence of its own. */
  const askSession = () => {
    if (settings.session !== 'ibsession' || starting || cookies.hasSession()) return {};
    starting = true;
    return { ibsession: 'start' };
  };

  async function exchange(
    method: 'GET' | 'POST' | 'PATCH',
    asked: Asked,
    path: string,
    body: unknown,
    options: CallOptions,
  ) {
    const started = performance.now();
    const timeoutMs = options.timeoutMs ?? settings.timeoutMs;
    const session = askSession();
    try {
      const response = await outsideRequest(
        { system: '1c', method, template: onecTemplate(path) },
        async (answered) => {
          const answer = await client(settings.url + path, {
            method,
            headers: { ...session, ...(body !== undefined && { 'content-type': 'application/json; charset=utf-8' }) },
            ...(body !== undefined && { body: JSON.stringify(body) }),
            ...(options.signal && { signal: options.signal }),
            timeout: timeouts(timeoutMs),
          });
          answered(answer.statusCode);
          return answer;
        },
      );
      const ms = Math.round(performance.now() - started);
      log.debug({ event: 'onec.answered', method, object: asked.object, status: response.statusCode, ms });
      return response;
    } catch (error) {
      const ms = Math.round(performance.now() - started);
      if (options.signal?.aborted) throw interruptedError(asked, true, error);
      if (!(error instanceof RequestError)) throw networkError(asked, { cause: error });
      log.debug({ event: 'onec.no-answer', method, object: asked.object, networkCode: error.code, ms });
      throw error;
    } finally {
      if ('ibsession' in session) starting = false;
    }
  }

  async function once(
    method: 'GET' | 'POST' | 'PATCH',
    asked: Asked,
    path: string,
    body: unknown,
    options: CallOptions,
  ) {
    const tell = (status: number | null, answer: string | null) => {
      if (method !== 'GET')
        options.onExchange?.({ method, path: decodeURI(path.split('?')[0]!), sent: body ?? null, status, answer });
    };
    const response = await exchange(method, asked, path, body, options).catch((error: unknown) => {
      tell(null, null);
      throw error;
    });
    const text = response.body.replace(/^\uFEFF/, '');
    const status = response.statusCode;
    tell(status, text);
    if (status < 200 || status >= 300) {
      // A dead session speaks as 400, 404 or 406; the next request starts a new one, a read at once.
      const dead = (!readODataError(text) || status === 406) && cookies.forget();

      const retryAfterMs = readRetryAfter(response.headers['retry-after']);
      const location = readLocation(response.headers.location);
      const error = answerError(asked, {
        status,
        body: text,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
        ...(location && { location }),
      });
      throw dead && asked.kind === 'read' && DEAD_SESSION.has(status) ? new SessionDied(error) : error;
    }
    if (text === '' && asked.kind === 'write') return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw unreadableError(asked, status, error);
    }
  }

  const settle = (asked: Asked, error: unknown) => {
    if (error instanceof SessionDied) return error.answer;
    if (!(error instanceof RequestError)) return error;
    const phase = error instanceof TimeoutError ? error.event : undefined;
    return networkError(asked, { code: error.code, ...(phase && { phase }), cause: error });
  };

  async function enter<T>(asked: Asked, options: CallOptions & { urgent?: boolean }, work: () => Promise<T>) {
    if (options.urgent) return work();
    let entered = false;
    try {
      return await gate.run(() => {
        entered = true;
        return work();
      }, options.signal);
    } catch (error) {
      if (!entered) throw interruptedError(asked, false, error);
      throw error;
    }
  }

  return {
    get(object, path, options = {}) {
      const asked: Asked = { kind: 'read', object, host };
      return enter(asked, options, async () => {
        try {
          return await once('GET', asked, path, undefined, options);
        } catch (error) {
          const again = error instanceof SessionDied || (error instanceof RequestError && RESET.has(error.code));
          if (!again) throw settle(asked, error);
        }
        try {
          return await once('GET', asked, path, undefined, options);
        } catch (error) {
          throw settle(asked, error);
        }
      });
    },
    stream(object, path, onText, options = {}) {
      const asked: Asked = { kind: 'read', object, host };
      const traced = { system: '1c', method: 'GET', template: onecTemplate(path) } as const;
      const read = async (answered: (status: number) => void) => {
        const request = client.stream(settings.url + path, {
          headers: { accept: 'application/xml' },
          timeout: timeouts(options.timeoutMs ?? settings.timeoutMs),
        });
        let status = 0;
        request.once('response', (response: { statusCode: number }) => {
          status = response.statusCode;
          answered(status);
        });
        request.setEncoding('utf8');
        // Not got's own `signal`: a stream of got goes on listening to it after its end, and throws where nobody catches.
        const stop = () => request.destroy(new Error('stopped'));
        options.signal?.addEventListener('abort', stop, { once: true });
        request.on('error', () => {});
        let refusal = '';
        try {
          for await (const text of request as AsyncIterable<string>) {
            if (status >= 200 && status < 300) onText(text);
            else if (refusal.length < MOST_REFUSAL) refusal += text;
          }
        } catch (error) {
          if (options.signal?.aborted) throw interruptedError(asked, true, error);
          throw settle(asked, error);
        } finally {
          options.signal?.removeEventListener('abort', stop);
        }
        if (status < 200 || status >= 300) throw answerError(asked, { status, body: refusal });
      };
      return enter(asked, options, () => outsideRequest(traced, read));
    },
    send(method, object, path, body, options = {}) {
      const asked: Asked = { kind: 'write', object, host };
      return enter(asked, options, async () => {
        try {
          return await once(method, asked, path, body, options);
        } catch (error) {
          throw settle(asked, error);
        }
      });
    },
    async close() {
      if (settings.session === 'ibsession' && cookies.hasSession()) {
        const finish = { ibsession: 'finish' };
        await client(`${settings.url}/?$format=json`, { headers: finish, timeout: timeouts(FINISH_MS) }).catch(
          () => undefined,
        );
      }
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

function readRetryAfter(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/** Where a redirect points, without the query it may carry. */
function readLocation(header: string | undefined): string | undefined {
  return header?.split('?')[0];
}
