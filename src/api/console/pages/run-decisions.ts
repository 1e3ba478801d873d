import type { Hono } from 'hono';
import { z } from 'zod';
import { approveRun, rejectRun } from '../../../shared/outbox/decide-run.ts';
import { notFound } from '../../problem.ts';
import { listOutbox } from '../../queries/outbox.ts';
import { renderConfirm } from '../confirm.tsx';
import type { ConsoleDeps, ConsoleEnv } from '../env.ts';
import { leadTo } from '../flash.ts';
import { idList, MOST_AT_ONCE } from '../ids.ts';
import { readForm, readQuery } from '../query.ts';
import { readContent } from '../touched.ts';
import { idOf } from './run.tsx';

const form = z.object({ ids: idList });
const acts = { approve: approveRun, reject: rejectRun } as const;

/** Approving and rejecting the held documents of a run: the list that was shown, and no other. */
export function runDecisionPages(app: Hono<ConsoleEnv>, { db, log }: Pick<ConsoleDeps, 'db' | 'log'>): void {
  app.get('/runs/:id/decide', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const id = idOf(c);
    const { act } = readQuery(c, z.object({ act: z.enum(['approve', 'reject']) }));
    const [rows, total] = await Promise.all([
      listOutbox(db, { runId: id, status: ['held'], limit: MOST_AT_ONCE }),
      db.prisma.outboxRow.count({ where: { runId: id, status: 'held' } }),
    ]);
    const content = await readContent(db, rows);
    const approve = act === 'approve';
    return c.html(
      renderConfirm({
        view,
        title: approve
          ? t('Утвердить документы прогона', 'Approve documents of the run')
          : t('Отклонить документы прогона', 'Reject documents of the run'),
        consequence: approve
          ? t('Документы уйдут в 1С и в МойСклад.', 'The documents go to 1C and to MoySklad.')
          : t(
              'Документы не уйдут; следующий прогон может предложить их снова.',
              'The documents do not go; the next run may propose them again.',
            ),
        action: `/console/runs/${id}/${act}`,
        button: approve ? t('Утвердить', 'Approve') : t('Отклонить', 'Reject'),
        content,
        needs: 'operator',
        notes:
          total > rows.length
            ? [
                t(
                  `Всего их ${total}; за раз — не больше ${MOST_AT_ONCE}.`,
                  `There are ${total}; at most ${MOST_AT_ONCE} at a time.`,
                ),
              ]
            : [],
        back: `/console/runs/${id}`,
      }),
    );
  });

  for (const act of ['approve', 'reject'] as const) {
    app.post(`/runs/:id/${act}`, async (c) => {
      const { t } = c.var.view;
      const id = idOf(c);
      const { ids } = await readForm(c, form);
      const result = await acts[act](db, { runId: id, actor: c.var.actor, outboxIds: ids });
      log.info({ event: 'run.act', runId: id, act, outcome: result.outcome, documents: result.done.length });
      if (result.outcome === 'not-found') throw notFound(t(`Прогона ${id} нет.`, `There is no run ${id}.`));
      const [done, skipped] = [result.done.length, result.skipped.length];
      const verb = act === 'approve' ? t('Утверждено', 'Approved') : t('Отклонено', 'Rejected');
      return leadTo(c, `/console/runs/${id}`, {
        tone: done === 0 ? 'warn' : 'good',
        text: `${verb}: ${done}, ${t('пропущено', 'skipped')}: ${skipped}.`,
      });
    });
  }
}
