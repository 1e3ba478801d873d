import type { FC } from 'hono/jsx';
import type { LineView } from '../../routes/line-view.ts';
import { List } from '../list.tsx';
import { Tag } from '../parts.tsx';
import type { View } from '../view.ts';
import { documentKind, documentState, lineOutcome } from '../words.ts';

/** The lines of a run: what was there, what was decided and why, and the documents that came of it. */
export const Lines: FC<{ view: View; lines: LineView[]; empty: string }> = ({ view, lines, empty }) => {
  const { t } = view;
  return (
    <List
      label={t('Строки', 'Lines')}
      rows={lines}
      empty={empty}
      columns={[
        { head: t('Склад', 'Warehouse'), cell: ({ recipient }) => recipient.name },
        { head: t('Товар', 'Item'), cell: (line) => <Item view={view} line={line} /> },
        {
          head: t('Минимум — максимум', 'Min — max'),
          kind: 'number',
          cell: ({ minimum, maximum }) => `${view.number(minimum)} — ${maximum === null ? '∞' : view.number(maximum)}`,
        },
        { head: t('Есть', 'Free'), kind: 'number', cell: ({ free }) => view.number(free) },
        {
          head: t('Ожидается', 'Expected'),
          kind: 'number',
          cell: ({ on_order, hub_expected }) => view.number(on_order + hub_expected),
        },
        { head: t('Нужно', 'Need'), kind: 'number', cell: ({ need, item }) => `${view.number(need)} ${item.unit}` },
        { head: t('Решение', 'Decision'), cell: ({ outcome }) => <Tag word={lineOutcome(view, outcome)} /> },
        {
          head: t('Документы', 'Documents'),
          cell: ({ documents }) => documents.map((one) => <Made view={view} document={one} />),
        },
      ]}
    />
  );
};

const Item: FC<{ view: View; line: LineView }> = ({ view: { t }, line: { item, explanation, why } }) => (
  <>
    <a href={`/console/documents?q=${encodeURIComponent(item.article)}`}>{item.article}</a> {item.name}
    {item.characteristic_name === '' ? '' : ` (${item.characteristic_name})`}
    <details>
      <summary>{t('Почему столько?', 'Why so many?')}</summary>
      <p class="why">
        {explanation ??
          t(
            'Эту запись сделал другой выпуск хаба; числа — ниже.',
            'Another release wrote this; its numbers are below.',
          )}
      </p>
      {explanation === null ? <pre>{JSON.stringify(why, null, 2)}</pre> : null}
    </details>
  </>
);

const Made: FC<{ view: View; document: LineView['documents'][number] }> = ({ view, document }) => (
  <p>
    <a href={`/console/documents/${document.outbox_id}`}>
      {documentKind(view, document.kind)} {document.number ?? ''}
    </a>{' '}
    {view.number(document.quantity)} <Tag word={documentState(view, document.status)} />
  </p>
);
