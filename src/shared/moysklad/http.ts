import got, { RequestError, TimeoutError } from 'got';
import type { z } from 'zod';
import type { Clock } from '../clock/clock.ts';
import type { OutcomeError } from '../errors/outcome.ts';
import type { Log } from '../log/log.ts';
import type { CallOptions } from '../onec/port.ts';
import { moyskladTemplate, outsideRequest } from '../telemetry/outside-request.ts';
import { isArrayText } from './answers.ts';
import { type Budget, REJECTION, type Told } from './budget.ts';
import type { Settings } from './config.ts';
import { createConnections } from './connections.ts';
import type { Asked } from './errors.ts';
import * as errors from './errors.ts';
import { createWeigher } from './weights.ts';

export interface MoySkladHttp {
  /** GET; asked once more when a connection that slept was cut under it. */
  get<S extends z.ZodType>(schema: S, path: string, query?: Query, options?: CallOptions): Promise<z.infer<S>>;
  /** POST; never repeated here. */
  post<S extends z.ZodType>(
    schema: S,
    path: string,
    query: Query,
    body: unknown,
    options?: CallOptions,
  ): Promise<z.infer<S>>;
  /** POST of an array: an answer that is an array is taken whatever its status, for it tells of each element. */
  postMany: MoySkladHttp['post'];
  close(): void;
}

export type Query = Record<string, string | number>;

const CONNECT_MS = 10_000;
/** What a cut keep-alive connection looks like. */
const RESET = new Set(['ECONNRESET', 'EPIPE']);

/** The one door to МойСклад. Every request passes the budget; every failure comes out as an `OutcomeError`. */
export function createMoySkladHttp(settings: Settings, deps: { budget: Budget; log: Log; clock: Clock }): MoySkladHttp {
  const { budget, log, clock } = deps;
  const connections = createConnections(settings.parallel);
  const weigh = createWeigher(settings.tokenKind, settings.weight);
  const client = got.extend({
    agent: connections.agent,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: true,
    headers: {
      authorization: authorization(settings),
      // Without gzip МойСклад answers 415, and it speaks nothing else.
      'accept-encoding': 'gzip',
      accept: 'application/json;charset=utf-8',
      'user-agent': 'bisnesmedia-integration-hub',
    },
  });
  /** After a no to our credentials nobody asks again for a while: МойСклад cuts off users that hammer. */
  let closedUntil = 0;
  let closedBy: OutcomeError | undefined;

  async function exchange(asked: Asked, query: Query, body: unknown, options: CallOptions) {
    const write = asked.kind === 'write';
    const timeoutMs = options.timeoutMs ?? (write ? settings.writeTimeoutMs : settings.timeoutMs);
    const started = performance.now();
    const method = write ? 'POST' : 'GET';
    const traced = { system: 'moysklad', method, template: moyskladTemplate(asked.path) } as const;
    const response = await outsideRequest(traced, async (answered) => {
      const answer = await client(`${settings.url}${asked.path}${queryText(query)}`, {
        method,
        ...(write && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        ...(options.signal && { signal: options.signal }),
        timeout: { lookup: CONNECT_MS, connect: CONNECT_MS, secureConnect: CONNECT_MS, request: timeoutMs },
      });
      answered(answer.statusCode);
      return answer;
    });
    const { statusCode: status, headers } = response;
    log.debug({ event: 'moysklad.answered', path: asked.path, status, ms: Math.round(performance.now() - started) });
    return { status, headers, text: response.body.replace(/^\uFEFF/, '') };
  }

  /** What МойСклад says about its limits, told to all processes. */
  async function obey(asked: Asked, answer: errors.BadAnswer): Promise<void> {
    const { status } = answer;
    if (status === 429 && errors.isParallelLimit(answer)) {
      log.warn({ event: 'moysklad.narrowed', path: asked.path });
      await budget.narrow();
    } else if (status === 429) {
      const ms = errors.waitOf(answer);
      log.warn({ event: 'moysklad.hold', ms });
      await budget.hold(ms);
    }
    if (status < 400) return;
    const signature = status === 429 ? REJECTION : errors.signatureOf(asked, answer);
    if (await budget.failed(signature)) log.error({ event: 'moysklad.breaker', signature });
  }

  async function once<S extends z.ZodType>(
    schema: S,
    asked: Asked,
    query: Query,
    body: unknown,
    options: CallOptions,
  ): Promise<z.infer<S>> {
    if (closedBy && clock.now().getTime() < closedUntil) throw closedBy;
    const slot = await budget.take(weigh(asked.path, clock.now()), options.signal).catch((error: unknown) => {
      throw options.signal?.aborted ? errors.interruptedError(asked, false, error) : error;
    });
    let told: Told = {};
    let cameMs = 0;
    try {
      const answer = await exchange(asked, query, body, options).catch((error: unknown) => {
        tell(asked, body, options, null);
        throw error;
      });
      cameMs = performance.now();
      tell(asked, body, options, answer);
      told = errors.toldOf(answer);
      // A budget that cannot note this must not cost us an answer that has already come.
      await obey(asked, answer).catch(() => undefined);
      const forEach = asked.array === true && isArrayText(answer.text);
      if ((answer.status < 200 || answer.status >= 300) && !forEach) {
        const error = errors.answerError(asked, answer);
        if (error.code === errors.CREDENTIALS_CODE) {
          closedBy = error;
          closedUntil = clock.now().getTime() + errors.CONFIGURATION_PAUSE_MS;
        }
        throw error;
      }
      return read(schema, asked, answer);
    } catch (error) {
      // A verdict that has already come stays what it is.
      const cut = error instanceof RequestError && options.signal?.aborted;
      throw cut ? errors.interruptedError(asked, true, bareCause(error)) : error;
    } finally {
      await slot.release(cameMs === 0 ? {} : { ...told, agoMs: performance.now() - cameMs });
    }
  }

  const settle = (asked: Asked, error: unknown) => {
    if (!(error instanceof RequestError)) return error;
    const phase = error instanceof TimeoutError ? error.event : undefined;
    return errors.networkError(asked, { code: error.code, ...(phase && { phase }), cause: bareCause(error) });
  };

  const write = <S extends z.ZodType>(schema: S, asked: Asked, query: Query, body: unknown, options: CallOptions) =>
    once(schema, asked, query, body, options).catch((error: unknown) => {
      throw settle(asked, error);
    });

  return {
    async get(schema, path, query = {}, options = {}) {
      const asked: Asked = { kind: 'read', path };
      try {
        return await once(schema, asked, query, undefined, options);
      } catch (error) {
        if (!(error instanceof RequestError && RESET.has(error.code))) throw settle(asked, error);
      }
      return once(schema, asked, query, undefined, options).catch((error: unknown) => {
        throw settle(asked, error);
      });
    },
    post: (schema, path, query, body, options = {}) => write(schema, { kind: 'write', path }, query, body, options),
    postMany: (schema, path, query, body, options = {}) =>
      write(schema, { kind: 'write', path, array: true }, query, body, options),
    close: () => connections.close(),
  };
}

/** Of an array each element is told of by who knows them. */
function tell(
  asked: Asked,
  sent: unknown,
  { onExchange }: CallOptions,
  answer: { status: number; text: string } | null,
): void {
  if (asked.kind !== 'write' || asked.array) return;
  onExchange?.({
    method: 'POST',
    path: asked.path,
    sent,
    status: answer?.status ?? null,
    answer: answer?.text ?? null,
  });
}

/** got's errors carry the request with its authorization; a log that follows causes must not find it. */
function bareCause({ name, message, code, stack }: RequestError): Error {
  return Object.assign(new Error(message), { name, code, stack });
}

function authorization({ token, login, password }: Settings): string {
  if (token) return `Bearer ${token}`;
  return `Basic ${Buffer.from(`${login ?? ''}:${password ?? ''}`, 'utf8').toString('base64')}`;
}

/** Percent-encoded as a whole: a filter's own `;`, `=` and `\` must arrive as they are. */
export function queryText(query: Query): string {
  const parts = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

function read<S extends z.ZodType>(schema: S, asked: Asked, answer: { status: number; text: string }): z.infer<S> {
  try {
    return schema.parse(JSON.parse(answer.text));
  } catch (error) {
    throw errors.unreadableError(asked, answer.status, error);
  }
}
