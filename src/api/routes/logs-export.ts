import type { Log } from '../../shared/log/log.ts';
import { zonedIso } from '../fields/zoned-iso.ts';
import type { JournalSource, ShownEntry } from '../journal/journal-source.ts';
import { COLUMNS } from '../journal/journal-source.ts';
import type { JournalFilter, JournalPlace } from '../queries/journal.ts';
import { csvCell, csvHead, csvLine, type Delimiter } from './csv.ts';
import { EXPORT_PAGE, streamPages } from './page-stream.ts';

/** How entries become a file. */
export interface ExportFormat {
  contentType: string;
  head: string;
  line(entry: ShownEntry): string;
}

export const EXPORTS = {
  /** Times by the wall clock of `timezone`, with its offset: as the console shows them, and still an instant. */
  csv: (delimiter: Delimiter, timezone: string): ExportFormat => ({
    contentType: 'text/csv; charset=utf-8',
    head: csvHead(COLUMNS, delimiter),
    line: (entry) =>
      csvLine(
        COLUMNS.map((column) =>
          csvCell(column === 'ts' && entry.ts !== null ? zonedIso(entry.ts, timezone) : entry[column]),
        ),
        delimiter,
      ),
  }),
  ndjson: {
    contentType: 'application/x-ndjson; charset=utf-8',
    head: '',
    line: (entry) => `${JSON.stringify(entry)}\n`,
  } satisfies ExportFormat,
};

export interface JournalExport {
  filter: JournalFilter;
  format: ExportFormat;
  /** False: the column is there and empty, for those who may not see what was sent. */
  payloads: boolean;
}

/** The journal as a file, streamed. */
export function exportJournal(
  { journal, log }: { journal: JournalSource; log: Log },
  { filter, format, payloads }: JournalExport,
): Promise<ReadableStream<Uint8Array>> {
  return streamPages({
    read: (after?: JournalPlace) => journal.list(filter, { ...(after && { after }), limit: EXPORT_PAGE, bulk: true }),
    placeOf: journal.placeOf,
    head: format.head,
    line: (entry) => format.line(payloads ? entry : { ...entry, payload: null }),
    onFailure: (error) => log.error({ event: 'logs.export-failed', error: error.message }),
  });
}
