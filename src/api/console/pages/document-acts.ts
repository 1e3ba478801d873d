import type { Hono } from 'hono';
import { z } from 'zod';
import { cancelRows, retryRows } from '../../../shared/outbox/act-on-many.ts';
import { approveLine, rejectLine } from '../../../shared/outbox/decide-line.ts';
import { editLine } from '../../../shared/outbox/edit-line.ts';
import type { LineResult } from '../../../shared/outbox/line-act.ts';
import { makeAnew, whyNotAnew } from '../../../shared/outbox/make-anew.ts';
import { approveRow, cancelRow, type OperationResult, rejectRow, retryRow } from '../../../shared/outbox/operations.ts';
import { notFound } from '../../problem.ts';
import { findOutbox, listOutbox } from '../../queries/outbox.ts';
import { renderConfirm } from '../confirm.tsx';
import type { ConsoleContext, ConsoleDeps, ConsoleEnv } from '../env.ts';
import { leadTo } from '../flash.ts';
import { idList, MOST_AT_ONCE } from '../ids.ts';
import { readForm, readQuery } from '../query.ts';
import { readContent } from '../touched.ts';
import type { View } from '../view.ts';
import { documentState } from '../words.ts';
import { drawDocument } from './document.tsx';
import { documentFilters, outboxFilter } from './document-filters.tsx';
import { idOf } from './run.tsx';

const ACTS = { approve: approveRow, reject: rejectRow, retry: retryRow, cancel: cancelRow, anew: makeAnew } as const;
type Act = keyof typeof ACTS;
const names = Object.keys(ACTS) as [Act, ...Act[]];

const MANY = { retry: retryRows, cancel: cancelRows } as const;

/** What people may do to documents: each act is shown with what it touches before it is done. */
export function documentActs(app: Hono<ConsoleEnv>, { db, log }: Pick<ConsoleDeps, 'db' | 'log'>): void {
  app.get('/documents/many', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const { act, ...query } = readQuery(c, z.object({ act: z.enum(['retry', 'cancel']), ...documentFilters }));
    const filter = outboxFilter(query, view);
    const asked = act === 'retry' ? ['failed', 'unknown'] : ['held', 'pending', 'queued', 'failed'];
    const status = filter.status?.filter((one) => asked.includes(one)) ?? asked;
    const found = await listOutbox(db, { ...filter, status, limit: MOST_AT_ONCE + 1 });
    const fit = found.filter((row) => act === 'retry' || !row.maybe_made);
    const rows = fit.slice(0, MOST_AT_ONCE);
    const spared = found.length - fit.length;
    const notes = [
      ...(fit.length > rows.length || found.length > MOST_AT_ONCE
        ? [
            t(
              `За раз — не больше ${MOST_AT_ONCE}; остальные останутся как есть.`,
              `At most ${MOST_AT_ONCE} at a time; the others stay as they are.`,
            ),
          ]
        : []),
      ...(spared > 0
        ? [
            t(
              `Ещё ${spared} не отменить: возможно, они уже созданы. Их можно только повторить — повтор сначала ищет документ.`,
              `${spared} more cannot be cancelled: they may be made already. They can only be retried, which looks for the document first.`,
            ),
          ]
        : []),
    ];
    const back = new URLSearchParams(new URL(c.req.url).searchParams);
    back.delete('act');
    return c.html(
      renderConfirm({
        view,
        ...wordsOf(view, act),
        action: `/console/documents/many/${act}`,
        content: await readContent(db, rows),
        notes,
        needs: 'operator',
        back: `/console/documents?${back}`,
      }),
    );
  });

  for (const act of ['retry', 'cancel'] as const) {
    app.post(`/documents/many/${act}`, async (c) => {
      const { t } = c.var.view;
      const { ids, back } = await readForm(c, z.object({ ids: idList, back: z.string().optional() }));
      const { done, skipped } = await MANY[act](db, { actor: c.var.actor, outboxIds: ids });
      log.info({ event: 'outbox.act-on-many', act, done: done.length, skipped: skipped.length });
      const verb = act === 'retry' ? t('Повторено', 'Retried') : t('Отменено', 'Cancelled');
      return leadTo(c, back ?? '/console/documents', {
        tone: done.length > 0 ? 'good' : 'warn',
        text: `${verb}: ${done.length}, ${t('пропущено', 'skipped')}: ${skipped.length}.`,
      });
    });
  }

  app.get('/documents/:id/confirm', async (c) => {
    const { view } = c.var;
    const { t } = view;
    const id = idOf(c);
    const { act } = readQuery(c, z.object({ act: z.enum(names) }));
    const found = await findOutbox(db, id);
    if (found === null) throw notFound(t(`Документа ${id} нет.`, `There is no document ${id}.`));
    const [content, refusal] = await Promise.all([
      readContent(db, [found.row]),
      act === 'anew' ? whyNotAnew(db, id) : null,
    ]);
    return c.html(
      renderConfirm({
        view,
        ...wordsOf(view, act),
        action: `/console/documents/${id}/${act}`,
        content,
        refusal,
        needs: act === 'anew' ? 'admin' : 'operator',
        back: `/console/documents/${id}`,
      }),
    );
  });

  for (const act of names) {
    app.post(`/documents/:id/${act}`, async (c) => {
      const id = idOf(c);
      const result = await ACTS[act](db, { outboxId: id, actor: c.var.actor });
      log.info({ event: 'outbox.act', outboxId: id, act, outcome: result.outcome });
      return tell(c, id, result);
    });
  }

  const lineActs = { approve: approveLine, reject: rejectLine } as const;
  for (const act of ['approve', 'reject'] as const) {
    app.post(`/documents/:id/lines/:line/${act}`, async (c) => {
      const id = idOf(c);
      const lineNumber = lineOf(c);
      const result = await lineActs[act](db, { outboxId: id, lineNumber, actor: c.var.actor });
      log.info({ event: 'outbox.line-act', outboxId: id, line: lineNumber, act, outcome: result.outcome });
      return tell(c, id, result);
    });
  }
  app.post('/documents/:id/lines/:line/edit', async (c) => {
    const id = idOf(c);
    const lineNumber = lineOf(c);
    const typed = await readForm(
      c,
      z.object({
        quantity: z
          .string()
          .catch('')
          .transform((text) => text.slice(0, 40)),
        reason: z
          .string()
          .catch('')
          .transform((text) => text.slice(0, 500)),
        force: z.literal('yes').optional().catch(undefined),
      }),
    );
    const edit = { quantity: typed.quantity, reason: typed.reason, force: typed.force === 'yes' };
    const result = await editLine(db, { outboxId: id, lineNumber, actor: c.var.actor, ...edit });
    log.info({ event: 'outbox.line-act', outboxId: id, line: lineNumber, act: 'edit', outcome: result.outcome });
    // What was typed must not have to be typed again.
    if (result.outcome === 'skipped' && result.reason !== null) {
      return drawDocument(c, db, id, {
        ...edit,
        line: lineNumber,
        field: result.field === 'reason' ? 'reason' : 'quantity',
        problem: result.reason,
      });
    }
    return tell(c, id, result);
  });
}

function lineOf(c: ConsoleContext): number {
  const text = c.req.param('line') ?? '';
  if (!/^[1-9]\d{0,3}$/.test(text)) throw notFound(c.var.view.t('Такой строки нет.', 'There is no such line.'));
  return Number(text);
}

/** Back to the document, which says what came of it. */
function tell(c: ConsoleContext, id: string, { outcome, status, reason }: OperationResult | LineResult): Response {
  const { view } = c.var;
  const { t } = view;
  if (outcome === 'not-found') throw notFound(t(`Документа ${id} нет.`, `There is no document ${id}.`));
  const state = documentState(view, status ?? '').name;
  return leadTo(
    c,
    `/console/documents/${id}`,
    outcome === 'done'
      ? { tone: 'good', text: `${t('Сделано. Документ теперь', 'Done. The document is now')}: ${state}.` }
      : { tone: 'warn', text: reason ?? t('В этом состоянии это невозможно.', 'Not possible in this state.') },
  );
}

/** What an act is called, and what will come of it. */
function wordsOf(view: View, act: Act) {
  const name = titleOf(view, act);
  return { title: name, button: name, consequence: consequenceOf(view, act) };
}

const titleOf = ({ t }: View, act: Act): string =>
  ({
    approve: t('Утвердить', 'Approve'),
    reject: t('Отклонить', 'Reject'),
    retry: t('Повторить', 'Retry'),
    cancel: t('Отменить', 'Cancel'),
    anew: t('Создать заново', 'Make anew'),
  })[act];

const consequenceOf = ({ t }: View, act: Act): string =>
  ({
    approve: t('Документ уйдёт в другую систему.', 'The document goes to the other system.'),
    reject: t(
      'Документ не уйдёт; следующий прогон может предложить его снова.',
      'The document does not go; the next run may propose it again.',
    ),
    retry: t(
      'Попытки начнутся сначала, под тем же ключом: документ, который всё же создан, будет найден, а не создан второй раз.',
      'Tries begin anew under the same key: a document that was made after all is found, not made again.',
    ),
    cancel: t(
      'Документ не будет создан; потребность рассчитает следующий прогон.',
      'The document is not made; the next run plans its need.',
    ),
    anew: t(
      'Будет создан новый документ под новым ключом. Возможно, только если прежний удалён и потребность с тех пор ничем не закрыта.',
      'A new document is made under a new key. Only possible where the former one was deleted and nothing has covered the need since.',
    ),
  })[act];
