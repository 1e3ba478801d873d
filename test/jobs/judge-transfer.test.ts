import { describe, expect, it } from 'vitest';
import type { WatchedRow } from '../../src/jobs/reconcile/findings.ts';
import { judgeTransfer } from '../../src/jobs/reconcile/judge-transfer.ts';
import type { SeenTransfer } from '../../src/shared/onec/port.ts';
import { heldLine, line, OTHER, row, transfer } from './reconcile-world.ts';

const judge = (of: Partial<WatchedRow>, document: SeenTransfer | null, posting: 'post' | 'draft' = 'post') =>
  judgeTransfer(row(of), document, posting);
const changes = (...args: Parameters<typeof judge>) => judge(...args).map(({ change }) => change);
const messages = (...args: Parameters<typeof judge>) => judge(...args).map(({ message }) => message);
const asked = (...args: Parameters<typeof judge>) =>
  judge(...args).flatMap(({ change }) => (change.kind === 'question' ? [change.code] : []));
const partly = (received: number | null) => transfer({ lines: [heldLine({ received })] });

describe('a transfer order that was made', () => {
  it('and is as it was brings no change', () => {
    expect(judge({}, transfer())).toEqual([]);
  });

  it.each([
    ['gone from 1C', null],
    ['marked for deletion', transfer({ deletionMark: true, posted: false })],
  ])('and is %s expects nothing any more', (_, document) => {
    expect(changes({}, document)).toEqual([{ kind: 'close', lineId: 'line-1', reason: 'deleted' }]);
    expect(messages({}, document)[0]).toMatch(/ТД00-1 (удалён из 1С|помечен в 1С на удаление).*Лампа \(A-1\), 10 шт/);
  });

  it('and lost a line, or had it cancelled, expects the other line only', () => {
    const lines = [line(), line({ id: 'line-2', itemKey: 'item-2' })];
    const gone = transfer({ lines: [heldLine()] });
    const cancelled = transfer({
      lines: [heldLine(), heldLine({ itemKey: 'item-2', cancelled: true, received: null })],
    });
    const empty = transfer({ lines: [heldLine(), heldLine({ itemKey: 'item-2', quantity: 0 })] });
    for (const document of [gone, cancelled, empty]) {
      expect(changes({ lines, lineCount: 2 }, document)).toEqual([
        { kind: 'close', lineId: 'line-2', reason: 'cancelled' },
      ]);
    }
  });

  it('and was edited is counted with its new quantity', () => {
    expect(changes({}, transfer({ lines: [heldLine({ quantity: 4_000 })] }))).toEqual([
      { kind: 'quantity', lineId: 'line-1', before: 10_000, after: 4_000 },
    ]);
    expect(messages({}, transfer({ lines: [heldLine({ quantity: 4_000 })] }))[0]).toContain('10 шт → 4 шт');
  });

  it('and had its line split in two adds the parts up', () => {
    const split = [heldLine({ quantity: 4_000, received: 1_000 }), heldLine({ quantity: 6_000, received: 2_000 })];
    expect(changes({}, transfer({ lines: split }))).toEqual([
      { kind: 'received', lineId: 'line-1', before: 0, after: 3_000 },
    ]);
  });

  it.each([
    ['nothing', 0, []],
    ['a part', 4_000, [{ kind: 'received', lineId: 'line-1', before: 0, after: 4_000 }]],
    ['all', 10_000, [{ kind: 'close', lineId: 'line-1', reason: 'received', received: 10_000 }]],
    ['more than all', 15_000, [{ kind: 'close', lineId: 'line-1', reason: 'received', received: 15_000 }]],
    ['what 1C cannot tell', null, []],
  ])('of which %s was taken over', (_, received, expected) => {
    expect(changes({}, partly(received))).toEqual(expected);
  });

  it('and was over-delivered says by how much', () => {
    expect(messages({}, partly(15_500))[0]).toContain('на 5,5 шт больше заказанного');
  });

  it('and was edited down to what has come is complete', () => {
    const document = transfer({ lines: [heldLine({ quantity: 4_000, received: 4_000 })] });
    expect(changes({ lines: [line({ received: 4_000 })] }, document)).toEqual([
      { kind: 'quantity', lineId: 'line-1', before: 10_000, after: 4_000 },
      { kind: 'close', lineId: 'line-1', reason: 'received', received: 4_000 },
    ]);
  });

  it('and is unposted is counted by the hub again, and a person is asked once', () => {
    const unposted = transfer({ posted: false, lines: [heldLine({ received: null })] });
    expect(changes({}, unposted)).toEqual([
      { kind: 'posted', posted: false },
      { kind: 'question', code: 'transfer-unposted', text: expect.stringContaining('Проведите') },
    ]);
    expect(judge({ posted: false, questionCode: 'transfer-unposted' }, unposted)).toEqual([]);
  });

  it('and is posted again is shown by 1C again, and the question is taken back', () => {
    expect(changes({ posted: false, questionCode: 'transfer-unposted' }, transfer())).toEqual([
      { kind: 'posted', posted: true },
      { kind: 'question', code: null, text: expect.any(String) },
    ]);
  });

  it('as a draft asks nothing until somebody posts and unposts it', () => {
    const draft = transfer({ posted: false, lines: [heldLine({ received: null })] });
    expect(judge({ posted: false }, draft, 'draft')).toEqual([]);
    expect(asked({ posted: true }, draft, 'draft')).toEqual(['transfer-unposted']);
    expect(judge({ posted: false, questionCode: 'transfer-unposted' }, draft, 'draft')).toEqual([]);
  });

  it('and goes elsewhere now is an incident: nothing is changed, whatever else differs', () => {
    for (const other of [{ senderKey: OTHER! }, { recipientKey: OTHER! }]) {
      const found = judge({}, transfer({ ...other, posted: false, lines: [heldLine({ quantity: 1_000 })] }));
      expect(found).toEqual([
        {
          change: { kind: 'question', code: 'transfer-other-warehouses', text: expect.stringContaining('«Магазин»') },
          level: 'error',
          message: expect.any(String),
        },
      ]);
    }
  });

  it('and came back after it was given up is expected again, with what it holds now', () => {
    const lines = [line({ open: false })];
    expect(changes({ lines, posted: null }, transfer({ lines: [heldLine({ quantity: 8_000 })] }))).toEqual([
      { kind: 'posted', posted: true },
      { kind: 'reopen', lineId: 'line-1' },
      { kind: 'quantity', lineId: 'line-1', before: 10_000, after: 8_000 },
    ]);
    expect(judge({ lines, posted: null }, null)).toEqual([]);
    expect(judge({ lines, posted: null }, transfer({ deletionMark: true, posted: false }))).toEqual([]);
  });
});

describe('a transfer order of unknown outcome that is left to a person', () => {
  const unknown = { status: 'unknown', externalKey: null, externalNumber: null, posted: null } as const;

  it('and is there, posted and as meant, counts as made', () => {
    expect(changes(unknown, transfer())).toEqual([
      { kind: 'made', externalKey: 'key-1', number: 'ТД00-1', url: null, posted: true },
    ]);
  });

  it('and is a draft counts as made only where drafts are meant', () => {
    const draft = transfer({ posted: false });
    expect(asked(unknown, draft)).toEqual(['transfer-not-posted']);
    expect(changes(unknown, draft, 'draft')).toEqual([expect.objectContaining({ kind: 'made', posted: false })]);
  });

  it.each([
    ['another quantity', transfer({ lines: [heldLine({ quantity: 9_000 })] })],
    ['another line besides', transfer({ lines: [heldLine(), heldLine({ itemKey: 'item-9' })] })],
    ['another warehouse', transfer({ recipientKey: OTHER! })],
    ['its line cancelled', transfer({ lines: [heldLine({ cancelled: true })] })],
  ])('and has %s asks, and is not taken for made', (_, document) => {
    expect(asked(unknown, document)).toEqual(['transfer-differs']);
    expect(changes(unknown, document).some(({ kind }) => kind === 'made')).toBe(false);
  });

  it('and is not there asks once and keeps what is expected', () => {
    expect(asked(unknown, null)).toEqual(['transfer-not-found']);
    expect(judge({ ...unknown, questionCode: 'transfer-not-found' }, null)).toEqual([]);
  });
});

describe('a transfer order that failed', () => {
  const failed = { status: 'failed', externalKey: null, posted: null } as const;

  it('and is not there, or was withdrawn, asks nothing', () => {
    expect(judge(failed, null)).toEqual([]);
    expect(judge(failed, transfer({ deletionMark: true, posted: false }))).toEqual([]);
  });

  it('and is there all the same as meant is the row’s document after all', () => {
    expect(changes(failed, transfer()).map(({ kind }) => kind)).toEqual(['exists', 'made']);
  });

  it.each([
    ['other than meant', transfer({ recipientKey: OTHER! }), 'transfer-differs'],
    ['a draft', transfer({ posted: false }), 'transfer-not-posted'],
  ])('and is there, %s, keeps its need covered, and a person is asked', (_, document, code) => {
    expect(changes(failed, document)).toEqual([
      { kind: 'exists' },
      expect.objectContaining({ kind: 'question', code }),
    ]);
  });
});
