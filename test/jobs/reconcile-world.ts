import type { WatchedLine, WatchedRow } from '../../src/jobs/reconcile/findings.ts';
import type { SeenOrder } from '../../src/shared/moysklad/port.ts';
import type { SeenTransfer } from '../../src/shared/onec/port.ts';
import { EMPTY_KEY } from '../../src/shared/planning/types.ts';

export const [SENDER, RECIPIENT, OTHER] = ['sender', 'recipient', 'other'];

export const line = (over: Partial<WatchedLine> = {}): WatchedLine => ({
  id: 'line-1',
  itemKey: 'item-1',
  characteristicKey: EMPTY_KEY,
  itemName: 'Лампа',
  article: 'A-1',
  unit: 'шт',
  quantity: 10_000,
  received: 0,
  open: true,
  goodsKey: 'goods-1',
  shipments: [],
  ...over,
});

export const row = (over: Partial<WatchedRow> = {}): WatchedRow => ({
  id: 'row-1',
  runId: 'run-1',
  kind: 'transfer',
  status: 'done',
  documentKey: 'key-1',
  externalKey: 'key-1',
  externalNumber: 'ТД00-1',
  senderKey: SENDER!,
  senderName: 'Бестужевых',
  recipientKey: RECIPIENT!,
  recipientName: 'Магазин',
  posted: true,
  questionCode: null,
  lineCount: 1,
  lines: [line()],
  settled: [],
  ...over,
});

export const heldLine = (over: Partial<SeenTransfer['lines'][number]> = {}): SeenTransfer['lines'][number] => ({
  itemKey: 'item-1',
  characteristicKey: EMPTY_KEY,
  quantity: 10_000,
  cancelled: false,
  received: 0,
  ...over,
});

export const transfer = (over: Partial<SeenTransfer> = {}): SeenTransfer => ({
  key: 'key-1',
  number: 'ТД00-1',
  date: '2026-11-23T09:00:00+03:00',
  posted: true,
  deletionMark: false,
  senderKey: SENDER!,
  recipientKey: RECIPIENT!,
  comment: 'hub:row-1',
  lines: [heldLine()],
  ...over,
});

export const position = (over: Partial<SeenOrder['positions'][number]> = {}): SeenOrder['positions'][number] => ({
  goodsKey: 'goods-1',
  quantity: 10_000,
  shipped: 0,
  ...over,
});

export const order = (over: Partial<SeenOrder> = {}): SeenOrder => ({
  id: 'order-1',
  number: '00001',
  url: 'https://example.org/order-1',
  syncId: 'key-1',
  deleted: false,
  posted: true,
  state: null,
  positions: [position()],
  ...over,
});
