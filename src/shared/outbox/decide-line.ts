import type { Database } from '../db/database.ts';
import { actOnLine, type LineOperation } from './line-act.ts';

/**
 * Says yes to one line of a held document. The document goes once every line is decided; a scan that comes first lets
 * the approved lines go and plans the others anew.
 */
export const approveLine = (db: Database, operation: LineOperation) =>
  actOnLine(db, operation, {
    action: 'approve',
    verb: 'Утвердить',
    async decide(tx, line) {
      if (line.approved) return { refused: 'Строка уже утверждена; документ уйдёт, когда решены все его строки' };
      await tx.$executeRaw`
        update outbox_lines set approved_by = ${operation.actor}, approved_at = clock_timestamp() where id = ${line.id}::uuid`;
      return { done: 'утверждена' };
    },
  });

/**
 * Says no to one line of a held document, for this plan only: the line is closed and not sent, and the next scan may
 * propose it again. An approved line may still be rejected while its document is held.
 */
export const rejectLine = (db: Database, operation: LineOperation) =>
  actOnLine(db, operation, {
    action: 'reject',
    verb: 'Отклонить',
    async decide(tx, line) {
      await tx.$executeRaw`
        update outbox_lines
        set closed_at = clock_timestamp(), closed_reason = 'rejected', approved_by = null, approved_at = null
        where id = ${line.id}::uuid`;
      return { done: 'отклонена' };
    },
  });
