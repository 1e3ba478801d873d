import { createHash } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import { OutcomeError } from '../errors/outcome.ts';
import type { Log } from '../log/log.ts';
import type { OneCSettings } from './config.ts';
import { createEdmxReader, type Edmx } from './edmx.ts';
import type { OneCHttp } from './http.ts';
import type { CallOptions } from './port.ts';
import { readPublished } from './service-document.ts';

/** What objects of this base look like, by its own `$metadata`. */
export interface Shape {
  /** False only when `$metadata` describes the type and it has no such property. */
  has(type: string, property: string): boolean;
  /** Members of an enumeration. NULL when `$metadata` does not tell. */
  members(enumeration: string): ReadonlySet<string> | null;
  /** True when `$metadata` could be read. */
  known: boolean;
}

/** Reads `$metadata` once for each composition: its hash is that of the names in the service document, which is small. */
export interface Shapes {
  /**
   * `published`: names of the service document, where the caller has just read them. Left out: they are read here, unless
   * that was done within the last five minutes, for a full base lists thousands.
   */
  current(options?: CallOptions & { published?: ReadonlySet<string> }): Promise<Shape>;
  /** A property or type turned out to be missing: the configuration was changed under the same names. */
  forget(): void;
}

const METADATA = '$metadata';
const KEPT_MS = 5 * 60_000;

/** `keep`: the types and enumerations that anybody will ask about. */
export function createShapes(
  http: OneCHttp,
  settings: OneCSettings,
  { log, clock, keep }: { log: Log; clock: Clock; keep: ReadonlySet<string> },
): Shapes {
  let kept: { hash: string; until: number; shape: Promise<Shape> } | null = null;

  async function read(hash: string, options: CallOptions): Promise<Shape> {
    const reader = createEdmxReader((name) => keep.has(name));
    const started = performance.now();
    let bytes = 0;
    const take = (text: string) => {
      bytes += Buffer.byteLength(text);
      reader.write(text);
    };
    try {
      await http.stream(METADATA, '/$metadata', take, { timeoutMs: settings.balanceTimeoutMs, ...options });
      const edmx = reader.end();
      log.info({ event: 'onec.metadata-read', hash, bytes, ms: Math.round(performance.now() - started) });
      return shapeOf(edmx);
    } catch (error) {
      if (error instanceof OutcomeError && error.outcome !== 'refused') throw error;
      // Some publications keep `$metadata` to themselves. The hub then asks for what UT 11.5 has, and is told where that is wrong.
      log.warn({ event: 'onec.metadata-unreadable', error: error instanceof Error ? error.message : String(error) });
      return UNKNOWN_SHAPE;
    }
  }

  return {
    async current({ published, ...options } = {}) {
      const now = clock.now().getTime();
      if (published === undefined && kept !== null && kept.until > now) return kept.shape;
      const names = published ?? (await readPublished(http, options));
      const hash = createHash('sha256')
        .update([...names].sort().join('\n'))
        .digest('hex')
        .slice(0, 16);
      const until = now + KEPT_MS;
      if (kept?.hash === hash) {
        kept.until = until;
        return kept.shape;
      }
      const shape = read(hash, options);
      kept = { hash, until, shape };
      shape.catch(() => {
        if (kept?.shape === shape) kept = null;
      });
      return shape;
    },
    forget() {
      kept = null;
    },
  };
}

/** A base that does not say: whatever is asked about is taken to be there. */
export const UNKNOWN_SHAPE: Shape = { has: () => true, members: () => null, known: false };

const shapeOf = ({ properties, enums }: Edmx): Shape => ({
  has: (type, property) => properties.get(type)?.has(property) ?? true,
  members: (enumeration) => enums.get(enumeration) ?? null,
  known: true,
});
