import type { Dataset, DatasetStock } from '../../sandbox/data/dataset.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/server.ts';
import type { Clock } from '../../src/shared/clock/clock.ts';
import { findOutcome, type OutcomeError } from '../../src/shared/errors/outcome.ts';
import { silentLog } from '../../src/shared/log/log.ts';
import { createOneC, type OneCConfig } from '../../src/shared/onec/onec.ts';
import type { OneC, TransferCommand } from '../../src/shared/onec/port.ts';

const numbered = (group: string, index: number) => `${group}-0000-4000-8000-${String(index).padStart(12, '0')}`;
export const warehouseKey = (index: number) => numbered('aaaaaaaa', index);
export const itemKey = (index: number) => numbered('bbbbbbbb', index);

export const [DONOR, SHOP, OTHER_SHOP] = [warehouseKey(1), warehouseKey(2), warehouseKey(3)];
/** Pieces; plenty at the donor. */
export const [PIECES, KILOS, SCARCE] = [itemKey(1), itemKey(2), itemKey(3)];

const UNITS = ['шт', 'кг', 'шт'];

/** Three warehouses and 23 items: enough for several small pages. */
export function smallDataset(): Dataset {
  const items = Array.from({ length: 23 }, (_, index) => {
    const unit = UNITS[index] ?? 'упак';
    return {
      key: itemKey(index + 1),
      code: `00-${index + 100}`,
      article: `A-${index + 1}`,
      name: `Товар ${index + 1}`,
      unit,
      wholeUnits: unit !== 'кг',
      priceRoubles: 100,
      pack: index === 0 ? { key: numbered('cccccccc', 1), name: 'кор (12 шт)', size: 12 } : null,
      moysklad: { matches: 1 as const, as: 'product' as const },
    };
  });
  const stock: DatasetStock[] = items.flatMap(({ key }, index) => [
    row(DONOR, key, { onHand: key === SCARCE ? 2 : 100.125 + index, reserved: index % 3 }),
    row(SHOP, key, {
      onHand: index % 5,
      onOrder: index % 4,
      minimum: 10 + index,
      maximum: index % 2 === 0 ? 40 : null,
    }),
    row(OTHER_SHOP, key, { onHand: 0.5, reserved: 1 }),
  ]);
  return {
    seed: 7,
    warehouses: [
      { key: DONOR, name: 'Бестужевых', kind: 'donor' },
      { key: SHOP, name: 'Магазин Мира', kind: 'shop' },
      { key: OTHER_SHOP, name: 'Магазин Ленина', kind: 'shop' },
    ],
    items,
    stock,
  };
}

const row = (warehouse: string, item: string, over: Partial<DatasetStock>): DatasetStock => ({
  warehouseKey: warehouse,
  itemKey: item,
  onHand: 0,
  reserved: 0,
  onOrder: 0,
  minimum: null,
  maximum: null,
  ...over,
});

/** 01:15 on the 15th in Moscow, still the 14th in UTC. */
export const NOW = new Date('2025-03-14T22:15:00Z');

export interface SmallWorld {
  sandbox: Sandbox;
  onec: OneC;
  /** A second connection with other settings. */
  connect(over: Partial<OneCConfig>): OneC;
  control<T>(path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

export async function startSmallWorld(options: SandboxOptions = {}): Promise<SmallWorld> {
  const sandbox = await startSandbox({ dataset: smallDataset(), now: () => NOW, ...options });
  const opened: OneC[] = [];
  const connect = (over: Partial<OneCConfig>) => {
    const { onecUrl: url, onecUser: user, onecPassword: password } = sandbox;
    const onec = createOneC({ url, user, password, ...over }, { log: silentLog, clock: fixedClock });
    opened.push(onec);
    return onec;
  };
  return {
    sandbox,
    onec: connect({}),
    connect,
    async control<T>(path: string, body?: unknown) {
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const response = await fetch(`${sandbox.controlUrl}${path}`, init);
      if (!response.ok) throw new Error(`control ${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    async close() {
      for (const onec of opened) await onec.close();
      await sandbox.close();
    },
  };
}

export const fixedClock: Clock = {
  now: () => NOW,
  sleep: () => Promise.reject(new Error('the adapter must not sleep')),
};

export const OUTBOX_ID = '01890000-0000-7000-8000-000000000001';
export const DOCUMENT_KEY = 'dddddddd-0000-5000-8000-000000000001';

export const command = (over: Partial<TransferCommand> = {}): TransferCommand => ({
  key: DOCUMENT_KEY,
  outboxId: OUTBOX_ID,
  senderKey: DONOR,
  recipientKey: SHOP,
  lines: [
    { itemKey: PIECES, characteristicKey: '00000000-0000-0000-0000-000000000000', quantity: 5000 },
    { itemKey: KILOS, characteristicKey: '00000000-0000-0000-0000-000000000000', quantity: 1250 },
  ],
  posting: 'post',
  comment: 'Пополнение магазина',
  ...over,
});

export interface SeenTransfer {
  Ref_Key: string;
  Number: string;
  Date: string;
  Posted: boolean;
  DeletionMark: boolean;
  Комментарий: string;
  header: Record<string, unknown>;
  lines: { Номенклатура_Key: string; Количество: number; ВариантОбеспечения: string }[];
  posts: number;
}

/** The documents that are not the history the sandbox starts with. */
export async function oursIn(world: SmallWorld): Promise<SeenTransfer[]> {
  const all = await world.control<SeenTransfer[]>('/1c/transfers');
  return all.filter(({ Комментарий }) => Комментарий.startsWith('hub:'));
}

export async function failure(work: Promise<unknown>): Promise<OutcomeError> {
  const thrown = await work.then(
    () => new Error('it went well'),
    (error: unknown) => error,
  );
  const outcome = findOutcome(thrown);
  if (!outcome) throw thrown;
  return outcome;
}
