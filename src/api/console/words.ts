import type { View } from './view.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'calm';
type Words = Record<string, { name: string; tone: Tone }>;

const word = (name: string, tone: Tone = 'calm') => ({ name, tone });
const find = (words: Words, key: string) => words[key] ?? word(key);

/** What people call the state of a document. */
export const documentState = ({ t }: View, status: string) =>
  find(
    {
      held: word(t('ждёт утверждения', 'waits for approval'), 'warn'),
      pending: word(t('ждёт очереди', 'waits for the queue')),
      queued: word(t('в очереди', 'queued')),
      sending: word(t('отправляется', 'being sent')),
      unknown: word(t('исход неизвестен', 'outcome unknown'), 'bad'),
      done: word(t('создан', 'made'), 'good'),
      failed: word(t('не создан', 'not made'), 'bad'),
      cancelled: word(t('отменён', 'cancelled')),
      superseded: word(t('заменён новым расчётом', 'superseded')),
    },
    status,
  );

export const documentKind = ({ t }: View, kind: string): string =>
  ({
    scan: t('Проверка', 'Scan'),
    transfer: t('Перемещение (1С)', 'Transfer (1C)'),
    order: t('Заказ (МойСклад)', 'Order (MoySklad)'),
  })[kind] ?? kind;

/** Where goods come from and where they go: an order brings them from outside. */
export const routeName = (
  { t }: View,
  row: { kind: string; sender_name: string | null; recipient_name: string | null },
): string => {
  const from = row.kind === 'order' ? t('МойСклад', 'MoySklad') : row.sender_name;
  return [from, row.recipient_name].filter((one) => one !== null).join(' → ') || '—';
};

/** Why an item cannot be ordered in МойСклад; units that differ stop nothing. */
export const linkProblem = ({ t }: View, problem: string) =>
  find(
    {
      'no-value': word(t('нечем искать: значение пусто', 'nothing to look by'), 'bad'),
      missing: word(t('нет в МойСклад', 'not in MoySklad'), 'bad'),
      archived: word(t('в архиве', 'archived'), 'bad'),
      many: word(t('несколько одинаковых', 'several the same'), 'bad'),
      unit: word(t('другая единица', 'another unit'), 'warn'),
    },
    problem,
  );

export const runState = ({ t }: View, status: string) =>
  find(
    {
      queued: word(t('в очереди', 'queued')),
      running: word(t('идёт', 'running'), 'warn'),
      completed: word(t('завершён', 'completed'), 'good'),
      failed: word(t('не удался', 'failed'), 'bad'),
    },
    status,
  );

export const triggerName = ({ t }: View, trigger: string): string =>
  ({
    http: t('запрос по HTTP', 'HTTP request'),
    schedule: t('расписание', 'schedule'),
    cli: t('командная строка', 'command line'),
    console: t('консоль', 'console'),
    demo: t('демонстрация', 'demo'),
  })[trigger] ?? trigger;

export const phaseName = ({ t }: View, phase: string): string =>
  ({
    reading: t('чтение 1С', 'reading 1C'),
    planning: t('расчёт', 'planning'),
    writing: t('запись плана', 'writing the plan'),
    warehouses: t('склады', 'warehouses'),
    limits: t('лимиты', 'limits'),
    balances: t('остатки', 'balances'),
    items: t('номенклатура', 'items'),
  })[phase] ?? phase;

export const lineOutcome = ({ t }: View, outcome: string) =>
  find(
    {
      transfer: word(t('перемещение', 'transfer'), 'good'),
      order: word(t('заказ', 'order'), 'good'),
      mixed: word(t('перемещение и заказ', 'transfer and order'), 'good'),
      covered: word(t('уже ожидается', 'already expected')),
      unmet: word(t('не закрыто', 'not covered'), 'bad'),
    },
    outcome,
  );

export const systemName = ({ t }: View, system: string): string =>
  ({ hub: t('хаб', 'hub'), '1c': '1С', moysklad: t('МойСклад', 'MoySklad') })[system] ?? system;

export const levelTone = (level: string): Tone => (({ error: 'bad', warning: 'warn' })[level] as Tone) ?? 'calm';

export const levelName = ({ t }: View, level: string): string =>
  ({
    debug: t('отладка', 'debug'),
    info: t('сообщение', 'info'),
    warning: t('внимание', 'warning'),
    error: t('ошибка', 'error'),
  })[level] ?? level;

export const entryState = ({ t }: View, status: string) =>
  find(
    {
      ok: word(t('получилось', 'ok'), 'good'),
      started: word(t('начато', 'started')),
      retry: word(t('повтор', 'retry'), 'warn'),
      refused: word(t('отказ', 'refused'), 'bad'),
      unknown: word(t('неизвестно', 'unknown'), 'bad'),
      'not-now': word(t('не сейчас', 'not now'), 'warn'),
      skipped: word(t('пропущено', 'skipped')),
      failed: word(t('не удалось', 'failed'), 'bad'),
    },
    status,
  );

export const queueName = ({ t }: View, queue: string): string =>
  ({
    scan: t('Проверки', 'Scans'),
    'onec-transfer': t('Перемещения в 1С', 'Transfers to 1C'),
    'moysklad-order': t('Заказы в МойСклад', 'Orders to MoySklad'),
    maintenance: t('Сверка и уход', 'Reconcile and upkeep'),
  })[queue] ?? queue;

export const actName = ({ t }: View, action: string): string =>
  ({
    trigger: t('запуск проверки', 'scan asked for'),
    approve: t('утверждение', 'approve'),
    reject: t('отклонение', 'reject'),
    edit: t('правка количества', 'edit'),
    retry: t('повтор', 'retry'),
    cancel: t('отмена', 'cancel'),
    anew: t('создать заново', 'make anew'),
    snooze: t('отложить', 'snooze'),
    'alarm-test': t('проверка тревог', 'test of alarms'),
    'end-snooze': t('снять отметку', 'end a snooze'),
    login: t('вход', 'login'),
    logout: t('выход', 'logout'),
    'bull-board': t('действие в очередях', 'act in the queues'),
    'test-alarm': t('проверка оповещения', 'alarm test'),
  })[action] ?? action;

/** What comes by a schedule. */
export const jobName = ({ t }: View, name: string): string =>
  ({
    'start-scheduled-scan': t('Проверка по расписанию', 'Scheduled scan'),
    reconcile: t('Сверка с 1С и МойСклад', 'Reconcile with 1C and MoySklad'),
    'refresh-links': t('Поиск товаров в МойСклад', 'Look-up of goods in MoySklad'),
    'run-scan': t('Проверка', 'Scan'),
    retain: t('Удаление старого журнала', 'Deletion of the old journal'),
  })[name.replace(/\.v\d+$/, '')] ?? name;

/** What a step of `hub check` looks at; its own name is Russian. */
export const stepName = ({ t }: View, id: string, name: string): string => t(name, steps[id] ?? name);

const steps: Record<string, string> = {
  server: 'Server',
  publication: 'Publication',
  credentials: 'Connection and credentials',
  composition: 'What is published',
  useful: 'Objects that are good to have',
  strategy: 'Where stock comes from',
  metadata: 'Description of the base ($metadata)',
  rights: 'Rights to read',
  warehouses: 'Warehouses of the hub',
  limits: 'Minimum and maximum',
  stock: 'Stock',
  'order-defaults': 'Header of an order',
  'sample-need': 'A need for example',
  weight: 'Limit of requests',
  organization: 'Organization',
  agent: 'Counterparty',
  store: 'Warehouse',
  state: 'State of an order',
  'price-type': 'Price type',
  attributes: 'Custom fields of an order',
  orders: 'Customer orders',
  sample: 'Goods by sample',
};
