/** Rows read at a time: few enough to hold, many enough that the database is asked seldom. */
export const EXPORT_PAGE = 1_000;

export interface Pages<Row, Place> {
  /** Up to `EXPORT_PAGE` rows after a place; from the beginning without one. */
  read(after?: Place): Promise<Row[]>;
  placeOf(row: Row): Place;
  /** What stands before the first row. */
  head: string;
  line(row: Row): string;
  /** Told when a later page cannot be read: the reader sees a broken download and not a short file. */
  onFailure(error: Error): void;
}

/**
 * Streams rows as a file, page by page as the reader takes it; an abandoned download stops the reading. The first page
 * is read before the answer begins, so that a database that is down gives an error and not half a file.
 */
export async function streamPages<Row, Place>({
  read,
  placeOf,
  head,
  line,
  onFailure,
}: Pages<Row, Place>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  let before = head;
  let first: Row[] | null = await read();
  let after: Place | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const rows: Row[] = first ?? (await read(after));
          first = null;
          const text = before + rows.map(line).join('');
          before = '';
          if (text !== '') controller.enqueue(encoder.encode(text));
          const last = rows.at(-1);
          if (rows.length < EXPORT_PAGE || last === undefined) return controller.close();
          after = placeOf(last);
        } catch (error) {
          onFailure(error as Error);
          controller.error(error);
        }
      },
    },
    { highWaterMark: 0 },
  );
}
