import { z } from 'zod';
import { readQuietHours } from '../alarms/quiet-hours.ts';
import { readWeights } from '../moysklad/weights.ts';
import { type Person, readPeople } from '../people/people.ts';
import { readRedisAddress } from '../queue/redis-address.ts';
import { KILL_POINTS, PLANTED_BUGS, readKillAt } from './testing.ts';

/** A variable that is there but blank counts as not set: `.env` files are full of `NAME=`. */
const blankIsUnset = (value: unknown) => (typeof value === 'string' && value.trim() === '' ? undefined : value);

const text = z.preprocess(blankIsUnset, z.string().trim().optional());
const flag = (byDefault: boolean) =>
  z.preprocess(
    blankIsUnset,
    z
      .enum(['true', 'false', '1', '0'], { error: 'must be true or false' })
      .optional()
      .transform((value) => (value === undefined ? byDefault : value === 'true' || value === '1')),
  );
const whole = (byDefault: number, min: number, max: number) =>
  z.preprocess(
    blankIsUnset,
    z.coerce
      .number({ error: `must be a whole number from ${min} to ${max}` })
      .int(`must be a whole number from ${min} to ${max}`)
      .min(min, `must be a whole number from ${min} to ${max}`)
      .max(max, `must be a whole number from ${min} to ${max}`)
      .default(byDefault),
  );
const choice = <const T extends readonly [string, ...string[]]>(values: T, byDefault: T[number]) =>
  z.preprocess(
    blankIsUnset,
    z.enum(values, { error: `must be one of: ${values.join(', ')}` }).default(byDefault as never),
  );
const names = z.preprocess(
  blankIsUnset,
  z
    .string()
    .optional()
    .transform((value) =>
      value === undefined
        ? null
        : value
            .split(',')
            .map((name) => name.trim())
            // A single dash says "none" where blank would mean "not set".
            .filter((name) => name !== '' && name !== '-'),
    ),
);
const url = (protocols: string[], example: string) =>
  z.preprocess(
    blankIsUnset,
    z
      .string()
      .trim()
      .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
        error: `must be a URL like ${example}`,
      })
      .optional(),
  );
const timezone = (byDefault: string) =>
  z.preprocess(
    blankIsUnset,
    z.string().trim().refine(isTimezone, { error: 'must be an IANA time zone like Europe/Moscow' }).default(byDefault),
  );

function isTimezone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

/** Headers as OpenTelemetry writes them in a variable: percent-encoded values, comma separated. NULL: not of that form. */
function readHeaders(text: string): Record<string, string> | null {
  const parts = text.split(',').filter((part) => part.trim() !== '');
  const pairs = parts.map((part) => /^\s*([^=\s]+)\s*=\s*(.*?)\s*$/.exec(part));
  try {
    return Object.fromEntries(pairs.map((pair) => [pair![1]!, decodeURIComponent(pair![2]!)]));
  } catch {
    return null;
  }
}

const QUEUE_NAMES = ['scan', 'onec-transfer', 'moysklad-order', 'maintenance'] as const;

/** Every variable the hub reads, each checked by itself. What belongs together is checked in `config.ts`. */
export const variables = z.object({
  NODE_ENV: choice(['development', 'production', 'test'], 'development'),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'postgresql://user:password@host:5432/hub'),
  HUB_DATA_DIR: text.transform((value) => value ?? '.data'),
  REDIS_URL: text.transform((value, context) => {
    const read = value === undefined ? null : readRedisAddress(value);
    if (read !== null && 'problem' in read) context.addIssue({ code: 'custom', message: read.problem });
    return value;
  }),
  QUEUE_PREFIX: text.transform((value, context) => {
    // Braces say what a cluster hashes; two pairs, or nothing between them, would hash something else.
    if (value !== undefined && !/^[^{}]*(\{[^{}]+\}[^{}]*)?$/.test(value)) {
      context.addIssue({
        code: 'custom',
        message: 'may have one pair of braces with something between them, like {hub}',
      });
    }
    return value ?? 'hub';
  }),
  API_1C_URL: url(['http:', 'https:'], 'http://server/base/odata/standard.odata'),
  API_1C_USER: text,
  API_1C_PASSWORD: z.string().optional(),
  API_1C_TIMEZONE: timezone('Europe/Moscow'),
  API_1C_CONCURRENCY: whole(2, 1, 16),
  API_1C_SESSION: choice(['cookies', 'ibsession'], 'cookies'),
  API_1C_ORGANIZATION: text,
  API_1C_PRIORITY: text,
  API_1C_ACCEPTANCE: text,
  API_1C_VAT_ACTIVITY: text,
  API_1C_DEPARTMENT: text,
  API_1C_RESPONSIBLE: text,
  MOYSKLAD_URL: url(['http:', 'https:'], 'https://api.moysklad.ru/api/remap/1.2').transform(
    (value) => value ?? 'https://api.moysklad.ru/api/remap/1.2',
  ),
  MOYSKLAD_TOKEN: text,
  MOYSKLAD_LOGIN: text,
  MOYSKLAD_PASSWORD: z.string().optional(),
  MOYSKLAD_ORGANIZATION: text,
  MOYSKLAD_AGENT: text,
  MOYSKLAD_STORE: text,
  MOYSKLAD_STATE: text,
  MOYSKLAD_PRICE_TYPE: text,
  MOYSKLAD_MATCH_BY: choice(['article', 'code', 'externalCode', 'barcode'], 'article'),
  MOYSKLAD_TOKEN_KIND: choice(['user', 'solution', 'draft-solution'], 'user'),
  MOYSKLAD_WEIGHT: text.transform((value, context) => {
    const steps = value === undefined ? null : readWeights(value);
    if (value !== undefined && steps === null) {
      context.addIssue({
        code: 'custom',
        message: 'must be a whole number from 1 to 45, or numbers by Moscow day like 3,2026-12-01=4',
      });
    }
    return steps;
  }),
  MOYSKLAD_ATTRIBUTES: text.transform((value, context) => {
    const parts = (value ?? '').split(';').filter((part) => part.trim() !== '');
    return parts.flatMap((part) => {
      const [name = '', ...rest] = part.split('=');
      const given = { name: name.trim(), value: rest.join('=').trim() };
      if (given.name !== '' && given.value !== '') return [given];
      context.addIssue({ code: 'custom', message: 'must read like Поле=значение; Другое поле=значение' });
      return [];
    });
  }),
  MOYSKLAD_VAT: choice(['goods', 'none'], 'goods'),
  // 0 switches arrays off.
  MOYSKLAD_ARRAY: whole(1000, 0, 1000),
  MOYSKLAD_TRANSIT_DAYS: whole(3, 0, 365),
  RECIPIENT_WAREHOUSES: names,
  DONOR_WAREHOUSES: names.transform((value) => value ?? ['Бестужевых', 'Контейнер']),
  DONOR_WHOLE_ONLY: names.transform((value) => value ?? []),
  MINIMUM_ORDERS: text.transform((value, context) => {
    const parts = (value ?? '').split(';').filter((part) => part.trim() !== '');
    const pairs = parts.flatMap((part): [string, number][] => {
      // From the end: an article may hold the sign, a number cannot.
      const [, article = '', quantity] = /^\s*(.*\S)\s*=\s*(\d{1,9}(?:\.\d{1,3})?)\s*$/.exec(part) ?? [];
      if (article !== '' && Number(quantity) > 0) return [[article, Number(quantity)]];
      context.addIssue({ code: 'custom', message: 'must read like Артикул=12; Другой артикул=0.5' });
      return [];
    });
    return new Map(pairs);
  }),
  PLAN_POLICY: choice(['fill-to-max', 'ut-11.5'], 'fill-to-max'),
  SCAN_SCHEDULE: text.transform((value) => value ?? '0 9 * * 1-5'),
  SCAN_TIMEZONE: timezone('Europe/Moscow'),
  // A single dash switches it off.
  RECONCILE_SCHEDULE: text.transform((value) => value ?? '30 * * * *'),
  // A single dash switches it off.
  LINKS_SCHEDULE: text.transform((value) => value ?? '0 7 * * 1-5'),
  DOCUMENT_SCOPE: choice(['item', 'route'], 'item'),
  TRANSFER_POSTING: choice(['post', 'draft'], 'post'),
  APPROVAL: choice(['auto', 'manual'], 'auto'),
  // In each of these 0 switches the check off.
  RUN_MAX_DOCUMENTS: whole(1000, 0, 1_000_000),
  RUN_MAX_LINES: whole(5000, 0, 1_000_000),
  RUN_MAX_SUM: whole(0, 0, 1_000_000_000_000),
  LINE_MAX_FACTOR: whole(10, 0, 1_000_000),
  LIMIT_GROWTH_FACTOR: whole(5, 0, 1_000_000),
  SNAPSHOT_MIN_SHARE: whole(60, 0, 100),
  OUTBOX_POLL_SECONDS: whole(30, 1, 3600),
  DOCUMENT_ATTEMPTS: whole(8, 1, 50),
  ADMIN_TRIGGER_TOKEN: text,
  ADMIN_USERS: text.transform((value, context): Person[] => {
    const { people, wrong } = readPeople(value ?? '');
    for (const message of wrong) context.addIssue({ code: 'custom', message });
    return people;
  }),
  ADMIN_PROXIES: whole(0, 0, 5),
  ADMIN_POLL_SECONDS: whole(5, 2, 30),
  ADMIN_PAGE_SIZE: whole(500, 100, 2000),
  ADMIN_DB_URL: url(['postgres:', 'postgresql:'], 'postgresql://user:password@host:5432/hub'),
  ALARM_TELEGRAM_TOKEN: text,
  ALARM_TELEGRAM_CHAT: text,
  ALARM_TELEGRAM_URL: url(['http:', 'https:'], 'https://api.telegram.org').transform(
    (value) => value ?? 'https://api.telegram.org',
  ),
  ALARM_WEBHOOK_URL: url(['http:', 'https:'], 'https://example.com/hook'),
  ALARM_SMTP_URL: url(['smtp:', 'smtps:'], 'smtps://user:password@mail.example.com:465'),
  ALARM_MAIL_FROM: text,
  ALARM_MAIL_TO: names,
  ALARM_QUIET_HOURS: text.transform((value, context) => {
    const quiet = value === undefined ? null : readQuietHours(value);
    if (value !== undefined && quiet === null) {
      context.addIssue({ code: 'custom', message: 'must be like 22:00-07:00' });
    }
    return quiet;
  }),
  ALARM_WAIT_MINUTES: whole(15, 1, 1440),
  ALARM_DOWN_MINUTES: whole(10, 1, 1440),
  RUN_MIGRATIONS_ON_STARTUP: flag(true),
  // 0 keeps everything. Fewer days than a month has would leave the journal shorter than one of its months.
  RETENTION_DAYS: whole(365, 0, 36_500).refine((days) => days === 0 || days >= 31, {
    error: 'must be 0 (everything is kept) or a whole number from 31 to 36500',
  }),
  WORKER_QUEUES: z.preprocess(
    blankIsUnset,
    z
      .string()
      .optional()
      .transform((value, context) => {
        const chosen = value?.split(',').map((name) => name.trim()) ?? [...QUEUE_NAMES];
        const wrong = chosen.filter((name) => !(QUEUE_NAMES as readonly string[]).includes(name));
        if (wrong.length > 0) {
          context.addIssue({
            code: 'custom',
            message: `names no queue: ${wrong.join(', ')}; allowed: ${QUEUE_NAMES.join(', ')}`,
          });
        }
        return chosen as (typeof QUEUE_NAMES)[number][];
      }),
  ),
  WORKER_CONCURRENCY: whole(4, 1, 500),
  WORKER_LEASE_SECONDS: whole(30, 2, 600),
  WORKER_HEALTH_PORT: whole(0, 0, 65_535),
  WORKER_STALL_SECONDS: whole(60, 5, 3600),
  SHUTDOWN_SECONDS: whole(25, 1, 600),
  PORT: whole(8000, 0, 65_535),
  HOST: text.transform((value) => value ?? '127.0.0.1'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(['http:', 'https:'], 'http://collector:4318'),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url(['http:', 'https:'], 'http://collector:4318/v1/traces'),
  OTEL_EXPORTER_OTLP_HEADERS: text.transform((value, context) => {
    const headers = readHeaders(value ?? '');
    if (headers === null) context.addIssue({ code: 'custom', message: 'must read like name=value,other=value' });
    return headers ?? {};
  }),
  OTEL_SERVICE_NAME: text.transform((value) => value ?? 'hub'),
  LOG_LEVEL: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'info'),
  LOG_FORMAT: choice(['auto', 'json', 'pretty'], 'auto'),
  HUB_KILL_AT: text.transform((value, context) => {
    const killAt = value === undefined ? null : readKillAt(value);
    if (value !== undefined && killAt === null) {
      context.addIssue({
        code: 'custom',
        message: `must be <point> or <point>:<n>; points: ${KILL_POINTS.join(', ')}`,
      });
    }
    return killAt;
  }),
  HUB_PLANT: z.preprocess(
    blankIsUnset,
    z.enum(PLANTED_BUGS, { error: `must be one of: ${PLANTED_BUGS.join(', ')}` }).optional(),
  ),
});

export type Variables = z.output<typeof variables>;
