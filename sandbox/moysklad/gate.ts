import type { MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { ApiError } from './answers.ts';
import { codeOf, type SwitchOff } from './switch-off.ts';

export interface GateOptions {
  token: string;
  login: string;
  password: string;
  now: () => number;
  /** Units per request at a moment: the price rises on published days. */
  weightAt: (now: number) => number;
  basket: number;
  windowMs: number;
  maxParallel: number;
  switchOff: SwitchOff;
  /** Whether an `Accept` that is not JSON in UTF-8 is refused with 1062, as the documentation says. */
  strictAccept: boolean;
  work: () => Promise<void>;
}

export interface GateStats {
  /** Requests that reached the gate, whatever became of them. */
  requests: number;
  rejected429: number;
  rejectedAuth: number;
  maxInFlight: number;
  /** True once the switch-off has struck. Only `reset` restores access. */
  accessDisabled: boolean;
  /** Most of each kind within one minute: at more than 200, 200 and 100 the access is switched off. */
  peaks: { failures: number; rejections: number; puts: number };
}

/** URL and headers together. */
const MAX_HEAD_BYTES = 8192;
/** «Остатки» and «Остатки по складам» cost this much, whoever asks. */
const STOCK_REPORT = /\/report\/stock\/(all|bystore)$/;
const STOCK_REPORT_UNITS = 5;

/** What stands before every request: encoding, credentials, parallel limit, basket of units in a sliding window. */
export function createGate(options: GateOptions) {
  let taken: { at: number; units: number }[] = [];
  let inFlight = 0;
  let renewals = 0;
  const stats = { requests: 0, rejected429: 0, rejectedAuth: 0, maxInFlight: 0 };
  const unitsOf = (path: string) => (STOCK_REPORT.test(path) ? STOCK_REPORT_UNITS : options.weightAt(options.now()));

  const used = () => {
    const edge = options.now() - options.windowMs;
    taken = taken.filter((entry) => entry.at > edge);
    return taken.reduce((sum, entry) => sum + entry.units, 0);
  };

  /** Milliseconds until the next request fits; 0 when it fits now. */
  const untilFree = () => {
    let units = used();
    const weight = options.weightAt(options.now());
    for (const entry of taken) {
      if (units + weight <= options.basket) break;
      units -= entry.units;
      if (units + weight <= options.basket) return Math.max(1, entry.at + options.windowMs - options.now());
    }
    return 0;
  };

  const rateHeaders = (): Record<string, string> => {
    const wait = String(untilFree());
    return {
      'X-RateLimit-Limit': String(options.basket),
      'X-RateLimit-Remaining': String(Math.max(0, options.basket - used())),
      'X-Lognex-Retry-TimeInterval': String(options.windowMs),
      'X-Lognex-Reset': wait,
      'X-Lognex-Retry-After': wait,
    };
  };

  const reject429 = (code: number, text: string, auth: string) => {
    stats.rejected429 += 1;
    return new ApiError(429, code, text, { auth });
  };

  let { token } = options;

  const authorised = (header: string | undefined) => {
    if (header === `Bearer ${token}`) return true;
    return header === `Basic ${Buffer.from(`${options.login}:${options.password}`).toString('base64')}`;
  };

  const admit = (authorization: string | undefined, path: string) => {
    if (!authorised(authorization)) {
      stats.rejectedAuth += 1;
      throw new ApiError(
        401,
        1056,
        'Ошибка аутентификации: Неправильный пароль или имя пользователя или ключ авторизации',
      );
    }
    if (options.switchOff.reason() !== null)
      throw new ApiError(403, 1061, 'Доступ к API отключен. Обратитесь в поддержку МоегоСклада');
    if (inFlight > options.maxParallel) {
      throw reject429(1073, 'Превышено ограничение на одновременное количество запросов', '429005');
    }
    const units = unitsOf(path);
    if (used() + units > options.basket) {
      throw reject429(1049, 'Превышено ограничение на количество запросов в единицу времени', '429002');
    }
    taken.push({ at: options.now(), units });
  };

  const encoding: MiddlewareHandler = async (c, next) => {
    stats.requests += 1;
    const headers = Object.entries(c.req.header()).reduce(
      (sum, [name, value]) => sum + name.length + value.length + 4,
      0,
    );
    if (headers + c.req.url.length > MAX_HEAD_BYTES)
      return c.html('<html><h1>414 Request-URI Too Large</h1></html>', 414);
    // nginx in front of the API answers this one: no JSON, no body, no rate headers.
    if (!/\bgzip\b/i.test(c.req.header('Accept-Encoding') ?? '')) return c.body(null, 415);
    if (options.strictAccept && c.req.header('Accept') !== 'application/json;charset=utf-8') {
      throw new ApiError(400, 1062, "Неверное значение заголовка 'Accept', ожидается 'application/json;charset=utf-8'");
    }
    await next();
  };

  /** Outermost: whatever the answer becomes, the account's statistics see it. */
  const statistics: MiddlewareHandler = async (c, next) => {
    await next();
    const { method, path } = c.req;
    const code = await codeOf(c.res);
    options.switchOff.answered({ method, path, status: c.res.status, ...(code === undefined ? {} : { code }) });
  };

  const limits: MiddlewareHandler = async (c, next) => {
    inFlight += 1;
    try {
      admit(c.req.header('Authorization'), c.req.path);
      stats.maxInFlight = Math.max(stats.maxInFlight, inFlight);
      await options.work();
      await next();
    } finally {
      inFlight -= 1;
    }
  };

  return {
    middleware: [compress({ encoding: 'gzip', threshold: 0 }), statistics, encoding] as const,
    limits,
    rateHeaders,
    /** A new token; those before it are worth nothing any more. */
    renewToken(): string {
      renewals += 1;
      token = `${options.token}-${renewals}`;
      return token;
    },
    stats: (): GateStats => ({
      ...stats,
      accessDisabled: options.switchOff.reason() !== null,
      peaks: options.switchOff.peaks(),
    }),
    reset() {
      taken = [];
      token = options.token;
      options.switchOff.reset();
      Object.assign(stats, { requests: 0, rejected429: 0, rejectedAuth: 0, maxInFlight: 0 });
    },
  };
}
