import type { Config } from '../../shared/config/config.ts';
import { HandBack } from '../../shared/errors/hand-back.ts';
import { findOutcome, type OutcomeError } from '../../shared/errors/outcome.ts';
import { badLinesOf } from '../../shared/moysklad/bad-lines.ts';
import type { MadeOrder, MoySklad } from '../../shared/moysklad/port.ts';
import type { BegunRow } from '../../shared/outbox/attempt-store.ts';
import type { SentLine } from '../../shared/outbox/sent-lines.ts';
import type { Handler } from '../../shared/queue/job.ts';
import { type AttemptDeps, attempt } from '../attempt.ts';
import { createExchangeBook } from '../exchanges.ts';
import type { createOrder } from './create-order.job.ts';
import { knownBarcodes } from './known-barcodes.ts';
import { madeEntry } from './made.ts';
import { createOrderArrays } from './order-arrays.ts';
import { orderCommand } from './order-command.ts';
import { setAside } from './set-aside.ts';

export interface CreateOrderDeps extends AttemptDeps {
  moysklad: Pick<MoySklad, 'makeOrder' | 'makeOrders'>;
  config: Pick<Config, 'moysklad'>;
}

/**
 * Makes the customer order of an outbox row in МойСклад, or finds that an earlier try made it. Lines whose article МойСклад
 * lacks or has twice are set aside in a failed document of their own, and the others are ordered. Where many orders of one
 * line wait, they go together in one request.
 */
export const createCreateOrder = (deps: CreateOrderDeps): Handler<typeof createOrder> => {
  const arrays = createOrderArrays(deps);
  return async ({ outboxId }, context) => {
    const end = await arrays.join(outboxId, context);
    if (end === 'made') return;
    if (end !== 'alone') throw end.thrown;
    const { note, payload } = createExchangeBook();
    await attempt(deps, outboxId, context, {
      system: 'moysklad',
      step: 'create-order',
      payload: () => payload(),
      async work({ row, lines: all, lookFirst, signal, reached }) {
        let lines = all;
        const barcodesOf = await knownBarcodes(deps, [row.id]);
        let made: MadeOrder | null = null;
        let surelyNotMade = !row.maybe_made;
        const onStep = (step: string) => {
          surelyNotMade ||= step === 'looked';
          return reached(`order.${step}`);
        };
        while (made === null) {
          try {
            const command = orderCommand(row, lines, barcodesOf);
            made = await deps.moysklad.makeOrder(command, { lookFirst, signal, onExchange: note, onStep });
          } catch (error) {
            const bad = badLinesOf(error);
            // With no line left there is nothing to order: the document itself is refused.
            if (!surelyNotMade || bad.length === 0 || bad.length >= lines.length) throw error;
            lines = await orderWithout(deps, row, lines, { bad, refusal: findOutcome(error)! });
            await reached('order.set-aside');
          }
        }
        return {
          externalKey: made.key,
          externalNumber: made.number,
          externalUrl: made.url,
          posted: null,
          entry: madeEntry(row, made, lines.length),
        };
      },
    });
  };
};

/** Sets the bad lines aside and gives the others. `bad` counts from 1. */
async function orderWithout(
  { db, owner, leaseMs }: AttemptDeps,
  row: BegunRow,
  lines: SentLine[],
  { bad, refusal }: { bad: number[]; refusal: OutcomeError },
): Promise<SentLine[]> {
  const isBad = (_: SentLine, index: number) => bad.includes(index + 1);
  const lineIds = lines.filter(isBad).map((line) => line.id);
  const kept = await db.transaction((tx) => setAside(tx, { row, owner, lineIds, of: lines.length, refusal }));
  if (!kept) throw new HandBack('busy', leaseMs);
  return lines.filter((line, index) => !isBad(line, index));
}
