import { CronExpressionParser } from 'cron-parser';
import type { z } from 'zod';
import type { QuietHours } from '../alarms/quiet-hours.ts';
import type { Person } from '../people/people.ts';
import type { KillPoint, PlantedBug } from './testing.ts';
import { type Variables, variables } from './variables.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export type QueueName = 'scan' | 'onec-transfer' | 'moysklad-order' | 'maintenance';

/** The hub's settings: checked once at start, frozen, handed down. Nothing else reads the environment. */
export type Config = Readonly<{
  environment: 'development' | 'production' | 'test';
  /** `url` NULL: the embedded PostgreSQL under `dataDir` is used. */
  database: Readonly<{ url: string | null; dataDir: string; migrateOnStart: boolean }>;
  /** `days` NULL: nothing is dropped for its age. */
  retention: Readonly<{ days: number | null }>;
  /** `redisUrl` NULL: BullMQ keeps its jobs in PostgreSQL. */
  queues: Readonly<{
    redisUrl: string | null;
    prefix: string;
    work: readonly QueueName[];
    concurrency: number;
    /** How long a row and its job stay with a process that gives no sign of life. */
    leaseMs: number;
    /** A worker that fetches nothing for so long while jobs wait for it is taken for stuck. */
    stallMs: number;
  }>;
  /** Time to stop in, from the signal to the exit. */
  shutdownMs: number;
  onec: Readonly<{
    url: string;
    user: string;
    password: string;
    timezone: string;
    concurrency: number;
    session: 'cookies' | 'ibsession';
    /** True: barcodes are read, because goods are matched by them. */
    barcodes: boolean;
    organization?: string;
    priority?: string;
    acceptance?: string;
    activity?: string;
    department?: string;
    responsible?: string;
  }>;
  moysklad: Readonly<{
    url: string;
    token?: string;
    login?: string;
    password?: string;
    organization: string;
    agent: string;
    store?: string;
    state?: string;
    priceType?: string;
    matchBy: 'article' | 'code' | 'externalCode' | 'barcode';
    /** Custom fields that every order gets, by name or id. */
    attributes: readonly Readonly<{ name: string; value: string }>[];
    vat: 'goods' | 'none';
    /** Orders that travel in one request where many wait; 0: each by itself. */
    arraySize: number;
    /** Whose the credentials are; decides what a request costs. */
    tokenKind: 'user' | 'solution' | 'draft-solution';
    /** In place of МойСклад's own schedule: units that a request takes from the basket of 45 per 3 s, each from an instant on. */
    weight?: readonly Readonly<{ from: Date | null; weight: number }>[];
  }>;
  /** `recipients` NULL: every warehouse with limits that is no donor. */
  warehouses: Readonly<{
    recipients: readonly string[] | null;
    donors: readonly string[];
    /** Those of `donors` that give all that is needed, or nothing. */
    wholeOnly: readonly string[];
  }>;
  planning: Readonly<{
    policy: 'fill-to-max' | 'ut-11.5';
    /** By article: the least quantity that the supplier takes an order for, in units of 1C. */
    minimumOrders: ReadonlyMap<string, number>;
  }>;
  schedule: Readonly<{ cron: string; timezone: string }>;
  /** `cron` NULL: only by hand. `transitMs`: from a shipment in МойСклад until its goods count as arrived. */
  reconcile: Readonly<{ cron: string | null; transitMs: number }>;
  /** When items are looked up in МойСклад; `cron` NULL: only by hand. */
  links: Readonly<{ cron: string | null }>;
  documents: Readonly<{
    scope: 'item' | 'route';
    posting: 'post' | 'draft';
    approval: 'auto' | 'manual';
    attempts: number;
  }>;
  /** When the hub itself asks a person first: docs/SAFETY.md. 0 switches a check off; `minShare` is a percentage. */
  safety: Readonly<{
    maxDocuments: number;
    maxLines: number;
    /** Roubles of one run's orders in МойСклад. */
    maxSum: number;
    lineFactor: number;
    growthFactor: number;
    minShare: number;
  }>;
  outboxPollMs: number;
  admin: Readonly<{
    token: string | null;
    /** Who may log in to the console. */
    people: readonly Person[];
    /** Proxies of one's own between people and the hub: who wrote X-Forwarded-For. */
    proxies: number;
    /** Between two refreshes of what a page shows live, unless the person chose otherwise. */
    pollMs: number;
    /** Rows of the journal on a page, unless the person chose otherwise. */
    pageSize: number;
    /** A database whose journal is shown instead of the hub's own; its table may lack columns. NULL: the hub's own. */
    journalUrl: string | null;
  }>;
  /** Who is told of what goes wrong. NULL: not that way. */
  alarms: Readonly<{
    telegram: Readonly<{ url: string; token: string; chat: string }> | null;
    webhook: string | null;
    mail: Readonly<{ url: string; from: string; to: readonly string[] }> | null;
    quiet: Readonly<QuietHours> | null;
    waitMinutes: number;
    downMinutes: number;
  }>;
  http: Readonly<{ host: string; port: number; workerHealthPort: number }>;
  log: Readonly<{ level: string; format: 'auto' | 'json' | 'pretty' }>;
  /** Where spans are sent; NULL: nobody traces. */
  tracing: Readonly<{ url: string; headers: Readonly<Record<string, string>>; serviceName: string }> | null;
  /** For tests of the hub itself; always NULL in production. */
  testing: Readonly<{ killAt: Readonly<{ name: KillPoint; hit: number }> | null; plant: PlantedBug | null }>;
}>;

export interface ConfigProblem {
  variable: string;
  problem: string;
}

/** All problems of the environment at once, each with the variable and the fix. */
export class ConfigError extends Error {
  readonly problems: ConfigProblem[];
  constructor(problems: ConfigProblem[]) {
    const width = Math.max(...problems.map(({ variable }) => variable.length));
    super(
      `${problems.length} setting${problems.length === 1 ? ' is' : 's are'} wrong:\n${problems
        .map(({ variable, problem }) => `  ${variable.padEnd(width)}  ${problem}`)
        .join('\n')}\nSet them in the environment or in .env; .env.example explains each.`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** What a command needs: `hub migrate` runs without 1C, `hub start` does not. */
export type ConfigNeeds = 'everything' | 'database' | '1c' | 'moysklad';

/** Reads settings out of `env`. Throws `ConfigError` with every problem, never only the first. */
export function readConfig(env: Record<string, string | undefined>, needs: ConfigNeeds = 'everything'): Config {
  const parsed = variables.safeParse(env);
  const problems: ConfigProblem[] = parsed.success ? [] : parsed.error.issues.map((issue) => describe(issue, env));
  const given = parsed.success ? parsed.data : (partial(env, problems) as Variables);
  const reported = new Set(problems.map(({ variable }) => variable));
  problems.push(...together(given, needs).filter(({ variable }) => !reported.has(variable)));
  if (problems.length > 0) throw new ConfigError(problems);
  return freeze(assemble(given));
}

function describe(issue: z.core.$ZodIssue, env: Record<string, string | undefined>): ConfigProblem {
  const variable = String(issue.path[0] ?? '?');
  const secret = /PASSWORD|TOKEN|USERS|HEADERS|_URL$/.test(variable);
  const value = env[variable];
  return { variable, problem: `${issue.message}${value === undefined || secret ? '' : ` (it is "${value}")`}` };
}

/** The values that are right in an environment that is wrong elsewhere, so that cross-checks still report. */
function partial(env: Record<string, string | undefined>, problems: ConfigProblem[]): Partial<Variables> {
  const wrong = new Set(problems.map(({ variable }) => variable));
  const rest = Object.fromEntries(Object.entries(env).filter(([name]) => !wrong.has(name)));
  const again = variables.safeParse(rest);
  return again.success ? again.data : {};
}

function together(given: Partial<Variables>, needs: ConfigNeeds): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const need = (variable: keyof Variables, problem: string) => {
    if (given[variable] === undefined || given[variable] === '') problems.push({ variable, problem });
  };
  if (needs === 'everything' || needs === '1c') {
    need('API_1C_URL', 'is required: the address of the OData publication, ending in /odata/standard.odata');
    need('API_1C_USER', 'is required: the 1C user that the hub works as');
    if (given.API_1C_PASSWORD === undefined) {
      problems.push({ variable: 'API_1C_PASSWORD', problem: "is required: that user's password (may be empty)" });
    }
  }
  if (needs === 'everything' || needs === 'moysklad') {
    if (!given.MOYSKLAD_TOKEN && !(given.MOYSKLAD_LOGIN && given.MOYSKLAD_PASSWORD)) {
      problems.push({
        variable: 'MOYSKLAD_TOKEN',
        problem: 'is required (or MOYSKLAD_LOGIN together with MOYSKLAD_PASSWORD)',
      });
    }
    need('MOYSKLAD_ORGANIZATION', 'is required: name or id of your organization in МойСклад');
    need('MOYSKLAD_AGENT', 'is required: name or id of the counterparty that orders are made for');
  }
  if (given.API_1C_URL && !/\/odata\/standard\.odata\/?$/.test(new URL(given.API_1C_URL).pathname)) {
    problems.push({ variable: 'API_1C_URL', problem: 'must end in /odata/standard.odata' });
  }
  const cron = (variable: 'SCAN_SCHEDULE' | 'RECONCILE_SCHEDULE' | 'LINKS_SCHEDULE', example: string) => {
    const value = given[variable];
    if (!value || (variable !== 'SCAN_SCHEDULE' && value === '-')) return;
    try {
      CronExpressionParser.parse(value);
    } catch {
      problems.push({ variable, problem: `must be a cron expression like ${example} (it is "${value}")` });
    }
  };
  cron('SCAN_SCHEDULE', '"0 9 * * 1-5"');
  cron('RECONCILE_SCHEDULE', '"30 * * * *", or - for none');
  cron('LINKS_SCHEDULE', '"0 7 * * 1-5", or - for none');
  const both = given.RECIPIENT_WAREHOUSES?.filter((name) => given.DONOR_WAREHOUSES?.includes(name)) ?? [];
  if (both.length > 0) {
    problems.push({ variable: 'RECIPIENT_WAREHOUSES', problem: `names donors too: ${both.join(', ')}` });
  }
  if (given.NODE_ENV === 'production') {
    for (const variable of ['HUB_KILL_AT', 'HUB_PLANT'] as const) {
      if (given[variable])
        problems.push({ variable, problem: 'is for tests only and refused in production: remove it' });
    }
  }
  for (const belong of [
    ['ALARM_TELEGRAM_TOKEN', 'ALARM_TELEGRAM_CHAT'],
    ['ALARM_SMTP_URL', 'ALARM_MAIL_FROM', 'ALARM_MAIL_TO'],
  ] as const) {
    const set = belong.filter((variable) => given[variable]);
    if (set.length === 0 || set.length === belong.length) continue;
    for (const variable of belong.filter((one) => !set.includes(one))) {
      problems.push({ variable, problem: `is required together with ${set.join(' and ')}` });
    }
  }
  const donors = given.DONOR_WAREHOUSES ?? [];
  const strangers = given.DONOR_WHOLE_ONLY?.filter((name) => !donors.some((donor) => isSameName(donor, name))) ?? [];
  if (strangers.length > 0) {
    problems.push({
      variable: 'DONOR_WHOLE_ONLY',
      problem: `names what DONOR_WAREHOUSES does not: ${strangers.join(', ')}; donors are ${donors.join(', ') || 'none'}`,
    });
  }
  if (given.NODE_ENV === 'production' && needs === 'everything') {
    need('ADMIN_TRIGGER_TOKEN', 'is required in production: a long random string, for example `openssl rand -hex 32`');
    if (given.ADMIN_USERS?.length === 0) {
      problems.push({
        variable: 'ADMIN_USERS',
        problem: 'is required in production: make the first entry with `npm run hub -- user add NAME --role admin`',
      });
    }
  }
  return problems;
}

function assemble(given: Variables): Config {
  const optional = <K extends string>(entries: Record<K, string | undefined>) =>
    Object.fromEntries(Object.entries(entries).filter(([, value]) => value)) as { [P in K]?: string };
  return {
    environment: given.NODE_ENV as Config['environment'],
    database: {
      url: given.DATABASE_URL ?? null,
      dataDir: given.HUB_DATA_DIR,
      migrateOnStart: given.RUN_MIGRATIONS_ON_STARTUP,
    },
    retention: { days: given.RETENTION_DAYS === 0 ? null : given.RETENTION_DAYS },
    queues: {
      redisUrl: given.REDIS_URL ?? null,
      prefix: given.QUEUE_PREFIX,
      work: given.WORKER_QUEUES,
      concurrency: given.WORKER_CONCURRENCY,
      leaseMs: given.WORKER_LEASE_SECONDS * 1000,
      stallMs: given.WORKER_STALL_SECONDS * 1000,
    },
    shutdownMs: given.SHUTDOWN_SECONDS * 1000,
    onec: {
      url: (given.API_1C_URL ?? '').replace(/\/$/, ''),
      user: given.API_1C_USER ?? '',
      password: given.API_1C_PASSWORD ?? '',
      timezone: given.API_1C_TIMEZONE,
      concurrency: given.API_1C_CONCURRENCY,
      session: given.API_1C_SESSION as Config['onec']['session'],
      barcodes: given.MOYSKLAD_MATCH_BY === 'barcode',
      ...optional({
        organization: given.API_1C_ORGANIZATION,
        priority: given.API_1C_PRIORITY,
        acceptance: given.API_1C_ACCEPTANCE,
        activity: given.API_1C_VAT_ACTIVITY,
        department: given.API_1C_DEPARTMENT,
        responsible: given.API_1C_RESPONSIBLE,
      }),
    },
    moysklad: {
      url: given.MOYSKLAD_URL.replace(/\/$/, ''),
      organization: given.MOYSKLAD_ORGANIZATION ?? '',
      agent: given.MOYSKLAD_AGENT ?? '',
      matchBy: given.MOYSKLAD_MATCH_BY as Config['moysklad']['matchBy'],
      arraySize: given.MOYSKLAD_ARRAY,
      attributes: given.MOYSKLAD_ATTRIBUTES,
      vat: given.MOYSKLAD_VAT as Config['moysklad']['vat'],
      tokenKind: given.MOYSKLAD_TOKEN_KIND as Config['moysklad']['tokenKind'],
      ...(given.MOYSKLAD_WEIGHT === null ? {} : { weight: given.MOYSKLAD_WEIGHT }),
      ...optional({
        token: given.MOYSKLAD_TOKEN,
        login: given.MOYSKLAD_LOGIN,
        password: given.MOYSKLAD_PASSWORD,
        store: given.MOYSKLAD_STORE,
        state: given.MOYSKLAD_STATE,
        priceType: given.MOYSKLAD_PRICE_TYPE,
      }),
    },
    warehouses: {
      recipients: given.RECIPIENT_WAREHOUSES,
      donors: given.DONOR_WAREHOUSES,
      wholeOnly: given.DONOR_WAREHOUSES.filter((donor) =>
        given.DONOR_WHOLE_ONLY.some((name) => isSameName(donor, name)),
      ),
    },
    planning: { policy: given.PLAN_POLICY as Config['planning']['policy'], minimumOrders: given.MINIMUM_ORDERS },
    schedule: { cron: given.SCAN_SCHEDULE, timezone: given.SCAN_TIMEZONE },
    reconcile: {
      cron: given.RECONCILE_SCHEDULE === '-' ? null : given.RECONCILE_SCHEDULE,
      transitMs: given.MOYSKLAD_TRANSIT_DAYS * DAY_MS,
    },
    links: { cron: given.LINKS_SCHEDULE === '-' ? null : given.LINKS_SCHEDULE },
    documents: {
      scope: given.DOCUMENT_SCOPE as Config['documents']['scope'],
      posting: given.TRANSFER_POSTING as Config['documents']['posting'],
      approval: given.APPROVAL as Config['documents']['approval'],
      attempts: given.DOCUMENT_ATTEMPTS,
    },
    safety: {
      maxDocuments: given.RUN_MAX_DOCUMENTS,
      maxLines: given.RUN_MAX_LINES,
      maxSum: given.RUN_MAX_SUM,
      lineFactor: given.LINE_MAX_FACTOR,
      growthFactor: given.LIMIT_GROWTH_FACTOR,
      minShare: given.SNAPSHOT_MIN_SHARE,
    },
    outboxPollMs: given.OUTBOX_POLL_SECONDS * 1000,
    admin: {
      token: given.ADMIN_TRIGGER_TOKEN ?? null,
      people: given.ADMIN_USERS,
      proxies: given.ADMIN_PROXIES,
      pollMs: given.ADMIN_POLL_SECONDS * 1000,
      pageSize: given.ADMIN_PAGE_SIZE,
      journalUrl: given.ADMIN_DB_URL ?? null,
    },
    alarms: {
      telegram:
        given.ALARM_TELEGRAM_TOKEN && given.ALARM_TELEGRAM_CHAT
          ? {
              url: given.ALARM_TELEGRAM_URL.replace(/\/$/, ''),
              token: given.ALARM_TELEGRAM_TOKEN,
              chat: given.ALARM_TELEGRAM_CHAT,
            }
          : null,
      webhook: given.ALARM_WEBHOOK_URL ?? null,
      mail:
        given.ALARM_SMTP_URL && given.ALARM_MAIL_FROM && given.ALARM_MAIL_TO?.length
          ? { url: given.ALARM_SMTP_URL, from: given.ALARM_MAIL_FROM, to: given.ALARM_MAIL_TO }
          : null,
      quiet: given.ALARM_QUIET_HOURS ?? null,
      waitMinutes: given.ALARM_WAIT_MINUTES,
      downMinutes: given.ALARM_DOWN_MINUTES,
    },
    http: { host: given.HOST, port: given.PORT, workerHealthPort: given.WORKER_HEALTH_PORT },
    tracing: tracingOf(given),
    log: { level: given.LOG_LEVEL, format: given.LOG_FORMAT as Config['log']['format'] },
    testing: { killAt: given.HUB_KILL_AT, plant: given.HUB_PLANT ?? null },
  };
}

/** The address for traces stands as it is; the general one is completed, as OpenTelemetry has it. */
function tracingOf(given: Variables): Config['tracing'] {
  const url =
    given.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? given.OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/?$/, '/v1/traces');
  if (url === undefined) return null;
  return { url, headers: given.OTEL_EXPORTER_OTLP_HEADERS, serviceName: given.OTEL_SERVICE_NAME };
}

/** Names of warehouses are compared as people read them. */
function isSameName(one: string, other: string): boolean {
  return one.toLocaleLowerCase('ru') === other.toLocaleLowerCase('ru');
}

function freeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) freeze(inner);
  return Object.freeze(value);
}
