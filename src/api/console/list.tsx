import type { Child } from 'hono/jsx';
import { Empty } from './parts.tsx';

/** A column of a list: its heading, and what each row shows there. */
export interface Column<Row> {
  head: string;
  /** A `number` stands at the right, a `time` is not broken, a long `text` is broken anywhere. */
  kind?: keyof typeof CLASSES;
  /** Null, '' or []: the row has nothing there, and on a phone its heading goes away too. */
  cell(row: Row): Child;
}

const CLASSES = { number: 'n', time: 't', text: 'm' } as const;

interface RowsProps<Row> {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  /** What sets some rows apart. */
  rowClass?: (row: Row) => string;
}

interface ListProps<Row> extends RowsProps<Row> {
  label: string;
  class?: string;
  /** What is said in place of a list that has no rows; left out: its headings stand alone. */
  empty?: Child;
  /** Names the body, for rows that are put into it later. */
  bodyId?: string;
}

/** A table that scrolls inside its card; on a phone each row is a card of its own. */
export function List<Row>({ label, class: name = 'cards', empty, bodyId, ...body }: ListProps<Row>) {
  if (body.rows.length === 0 && empty !== undefined) return <Empty>{empty}</Empty>;
  return (
    <section class="scroll" aria-label={label} tabindex={0}>
      <table class={name}>
        <caption class="hidden">{label}</caption>
        <thead>
          <tr>
            {body.columns.map(({ head, kind }) => (
              <th scope="col" class={kind === 'number' ? CLASSES.number : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody id={bodyId}>
          <ListRows {...body} />
        </tbody>
      </table>
    </section>
  );
}

/** The rows alone, for a list that stands already. */
export function ListRows<Row>({ columns, rows, rowClass }: RowsProps<Row>) {
  return (
    <>
      {rows.map((row) => (
        <tr class={rowClass?.(row)}>
          {columns.map(({ head, kind, cell }) => {
            const shown = cell(row);
            return (
              <td
                class={kind === undefined ? undefined : CLASSES[kind]}
                data-label={isNothing(shown) ? undefined : head}
              >
                {shown}
              </td>
            );
          })}
        </tr>
      ))}
    </>
  );
}

const isNothing = (shown: Child): boolean =>
  shown === null || shown === '' || (Array.isArray(shown) && shown.length === 0);
