import type { ApiDeps } from '../deps.ts';
import { type LineFilter, listLines } from '../queries/run-lines.ts';
import { csvCell, csvHead, csvLine, csvNumber, type Delimiter } from './csv.ts';
import { type Language, type LineView, lineView } from './line-view.ts';
import { EXPORT_PAGE, streamPages } from './page-stream.ts';

type Cell = (line: LineView, delimiter: Delimiter) => string;
const text =
  (read: (line: LineView) => unknown): Cell =>
  (line) =>
    csvCell(read(line));
const number =
  (read: (line: LineView) => number | null): Cell =>
  (line, delimiter) =>
    csvNumber(read(line), delimiter);

/** What the JSON answer holds, flat. Lists and the planner's numbers stay JSON in their cells. */
const COLUMNS: Record<string, Cell> = {
  id: text(({ id }) => id),
  recipient_key: text(({ recipient }) => recipient.key),
  recipient_name: text(({ recipient }) => recipient.name),
  item_key: text(({ item }) => item.key),
  item_name: text(({ item }) => item.name),
  article: text(({ item }) => item.article),
  characteristic_key: text(({ item }) => item.characteristic_key),
  characteristic_name: text(({ item }) => item.characteristic_name),
  unit: text(({ item }) => item.unit),
  minimum: number(({ minimum }) => minimum),
  maximum: number(({ maximum }) => maximum),
  free: number(({ free }) => free),
  on_order: number(({ on_order }) => on_order),
  hub_expected: number(({ hub_expected }) => hub_expected),
  projected: number(({ projected }) => projected),
  need: number(({ need }) => need),
  transferred: number(({ transferred }) => transferred),
  ordered: number(({ ordered }) => ordered),
  outcome: text(({ outcome }) => outcome),
  explanation: text(({ explanation }) => explanation),
  documents: text(({ documents }) => documents),
  why: text(({ why }) => why),
};

export interface LinesExport {
  runId: string;
  filter: Pick<LineFilter, 'recipient' | 'outcome' | 'q'>;
  delimiter: Delimiter;
  lang: Language;
}

/** All lines of a run that the filter lets through, as CSV, streamed. */
export function exportLines(
  { db, log }: Pick<ApiDeps, 'db' | 'log'>,
  { runId, filter, delimiter, lang }: LinesExport,
): Promise<ReadableStream<Uint8Array>> {
  return streamPages({
    read: (after?: NonNullable<LineFilter['after']>) =>
      listLines(db, runId, { ...filter, ...(after && { after }), limit: EXPORT_PAGE }),
    placeOf: ({ recipient_name, article, id }) => [recipient_name, article, id] as const,
    head: csvHead(Object.keys(COLUMNS), delimiter),
    line: (row) => {
      const line = lineView(row, lang);
      return csvLine(
        Object.values(COLUMNS).map((cell) => cell(line, delimiter)),
        delimiter,
      );
    },
    onFailure: (error) => log.error({ event: 'lines.export-failed', run: runId, error: error.message }),
  });
}
