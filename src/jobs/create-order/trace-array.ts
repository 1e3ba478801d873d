import type { MadeOrder } from '../../shared/moysklad/port.ts';
import type { BegunRow } from '../../shared/outbox/attempt-store.ts';
import { attempts } from '../../shared/telemetry/meters.ts';
import { noteOnSpan } from '../../shared/telemetry/span.ts';
import { noteEach } from '../../shared/telemetry/span-each.ts';

/**
 * The request of an array stands in the trace of the row whose job sent it; every other row's trace gets a span of its
 * own that points there.
 */
export function traceArray(made: { row: BegunRow; made: MadeOrder }[], outboxId: string, startedAt: Date): void {
  attempts.inc({ step: 'create-order', outcome: 'done' }, made.length);
  noteOnSpan({ 'hub.outbox_id': outboxId, 'hub.step': 'create-order', 'hub.together': made.length });
  const others = made.filter(({ row }) => row.id !== outboxId);
  noteEach(
    others.map(({ row, made: { number } }) => ({
      name: 'create-order together',
      facts: { 'hub.run_id': row.run_id, 'hub.outbox_id': row.id, 'hub.document_number': number },
      from: row.traceparent,
    })),
    startedAt,
  );
  const own = made.find(({ row }) => row.id === outboxId);
  if (own !== undefined) noteOnSpan({ 'hub.run_id': own.row.run_id, 'hub.document_number': own.made.number });
}
