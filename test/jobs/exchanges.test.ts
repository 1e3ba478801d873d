import { describe, expect, it } from 'vitest';
import { createExchangeBook } from '../../src/jobs/exchanges.ts';
import type { Exchange } from '../../src/shared/onec/port.ts';

const exchange = (over: Partial<Exchange> = {}): Exchange => ({
  method: 'POST',
  path: '/entity/customerorder',
  sent: { syncId: 'a' },
  status: 200,
  answer: '{"id":"x"}',
  ...over,
});
const kept = (one: Exchange) => {
  const book = createExchangeBook();
  book.note(one);
  return book.payload()?.exchanges[0];
};

describe('what was sent and answered', () => {
  it('is kept as JSON, what is no JSON as text, no answer as null', () => {
    const { method, path } = exchange();
    expect(kept(exchange())).toEqual({ method, path, sent: { syncId: 'a' }, status: 200, answer: { id: 'x' } });
    expect(kept(exchange({ answer: '<html>' }))).toMatchObject({ answer: '<html>' });
    expect(kept(exchange({ status: null, answer: null }))).toMatchObject({ status: null, answer: null });
  });

  it('is cut where it is long, and says how long it was', () => {
    const long = exchange({ sent: { text: 'я'.repeat(20_000) }, answer: 'x'.repeat(1_000_000) });
    const { sent, answer } = kept(long) as Record<'sent' | 'answer', { cut: true; characters: number; text: string }>;
    expect([sent.cut, sent.text.length, answer.characters, answer.text.length]).toEqual([
      true,
      16_384,
      1_000_000,
      16_384,
    ]);
  });

  it('holds nothing that the database refuses', () => {
    const odd = '\u0000 and \uD83D';
    for (const one of [exchange({ answer: odd }), exchange({ sent: { odd }, answer: JSON.stringify({ odd }) })])
      expect(JSON.stringify(kept(one))).not.toMatch(/\\u0000|\\ud83d/i);
    // A pair that the cut goes through.
    const text = `${'x'.repeat(16_383)}😀${'x'.repeat(10)}`;
    expect(JSON.stringify(kept(exchange({ answer: text })))).not.toMatch(/\\ud83d/i);
  });

  it('of many documents in one request is told for each by itself', () => {
    const book = createExchangeBook();
    for (const documentKey of ['a', 'b']) book.note(exchange({ documentKey, sent: { syncId: documentKey } }));
    expect(book.payload('b')).toEqual({ exchanges: [expect.objectContaining({ sent: { syncId: 'b' } })] });
    expect(book.payload('c')).toBeNull();
  });

  it('is kept of five requests, and the others are counted', () => {
    const book = createExchangeBook();
    for (let index = 0; index < 7; index += 1) book.note(exchange());
    expect(book.payload()).toMatchObject({ exchanges: { length: 5 }, more: 2 });
  });
});
