import type { Config } from '../../shared/config/config.ts';
import type { OneC } from '../../shared/onec/port.ts';
import { toMilli } from '../../shared/planning/quantity.ts';
import type { Handler } from '../../shared/queue/job.ts';
import { type AttemptDeps, attempt } from '../attempt.ts';
import { createExchangeBook } from '../exchanges.ts';
import type { createTransfer } from './create-transfer.job.ts';

export interface CreateTransferDeps extends AttemptDeps {
  onec: Pick<OneC, 'makeTransfer'>;
  config: Pick<Config, 'documents'>;
}

/** Makes the transfer order of an outbox row in 1C, or finds that an earlier try made it. */
export const createCreateTransfer =
  (deps: CreateTransferDeps): Handler<typeof createTransfer> =>
  ({ outboxId }, context) => {
    const { note, payload } = createExchangeBook();
    return attempt(deps, outboxId, context, {
      system: '1c',
      step: 'create-transfer',
      payload: () => payload(),
      async work({ row, lines, lookFirst, signal, reached }) {
        const made = await deps.onec.makeTransfer(
          {
            key: row.document_key,
            outboxId: row.id,
            senderKey: row.sender_key!,
            recipientKey: row.recipient_key!,
            posting: deps.config.documents.posting,
            comment: `Пополнение «${row.recipient_name}» со склада «${row.sender_name}» по минимальным остаткам`,
            lines: lines.map((line) => ({
              itemKey: line.itemKey,
              characteristicKey: line.characteristicKey,
              quantity: toMilli(line.quantity),
            })),
          },
          { lookFirst, signal, onExchange: note, onStep: (step) => reached(`transfer.${step}`) },
        );
        return {
          externalKey: made.key,
          externalNumber: made.number,
          externalUrl: made.url,
          posted: made.posted,
          entry: {
            message: `${made.found ? 'Найден созданный ранее' : 'Создан'} заказ на перемещение ${made.number} «${row.sender_name}» → «${row.recipient_name}»${lines.length > 1 ? `, строк: ${lines.length}` : ''}${made.posted ? '' : ', не проведён'}`,
            details: {
              number: made.number,
              key: made.key,
              found: made.found,
              posted: made.posted,
              lines: lines.length,
            },
          },
        };
      },
    });
  };
