import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import type pg from 'pg';
import { guardedPool } from './guarded-client.ts';

/**
 * Prisma's own schema engine as WebAssembly, talking through adapter-pg: no native binary, no download.
 * The package's entry imports the .wasm file as a module, which Node does only behind a flag, so the glue and
 * the binary are joined here by hand. `schema` is the Prisma schema's text where the command needs one.
 */
export async function openSchemaEngine(
  url: string,
  schema: string | null,
): Promise<{ engine: SchemaEngine; close(): Promise<void> }> {
  const glue = (await import('@prisma/schema-engine-wasm/schema_engine_bg')) as unknown as Glue;
  await loadOnce(glue);
  // Whatever cuts a connection is told by the engine's next statement.
  const pool = guardedPool(
    { connectionString: url, max: 2, connectionTimeoutMillis: 10_000, application_name: 'hub-schema' },
    () => undefined,
  );
  const factory = bindMigrationAwareSqlAdapterFactory(new WholeScripts(pool));
  const datamodels = schema === null ? undefined : ([['schema.prisma', schema]] as [string, string][]);
  const engine = await glue.SchemaEngine.new({ datamodels } as never, () => undefined, factory as never).catch(
    async (error: unknown) => {
      await pool.end();
      throw error;
    },
  );
  return {
    engine,
    async close() {
      engine.free();
      await pool.end();
    },
  };
}

/**
 * adapter-pg 7.10 cuts a script at every semicolon, also inside a function's body. PostgreSQL's simple query
 * protocol takes the script whole, and runs it in one transaction: a migration that fails leaves nothing behind.
 */
class WholeScripts extends PrismaPg {
  override async connect() {
    const adapter = await super.connect();
    const pool = adapter.underlyingDriver() as pg.Pool;
    adapter.executeScript = async (script: string) => {
      await pool.query(script);
    };
    return adapter;
  }
}

/** The engine never clears the 10 s timer of its lock; unreferenced, it no longer keeps a finished process alive. */
function withIdleTimers(glue: Glue): Record<string, unknown> {
  const imports: Record<string, unknown> = { ...glue };
  for (const name of Object.keys(imports)) {
    if (!name.startsWith('__wbg_setTimeout_')) continue;
    imports[name] = (callback: () => void, ms: number) => setTimeout(callback, ms >>> 0).unref();
  }
  return imports;
}

interface Glue {
  __wbg_set_wasm(exports: unknown): void;
  SchemaEngine: { new: (options: never, log: (line: string) => void, adapter: never) => Promise<SchemaEngine> };
}

/** TypeScript keeps WebAssembly's types in its DOM library, which a server has no use for. */
declare const WebAssembly: {
  instantiate(binary: Uint8Array, imports: unknown): Promise<{ instance: { exports: Record<string, () => void> } }>;
};

let loaded: Promise<void> | undefined;

function loadOnce(glue: Glue): Promise<void> {
  loaded ??= (async () => {
    const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
    const binary = await readFile(entry.replace(/\.js$/, '.wasm'));
    const { instance } = await WebAssembly.instantiate(binary, { './schema_engine_bg.js': withIdleTimers(glue) });
    glue.__wbg_set_wasm(instance.exports);
    instance.exports.__wbindgen_start?.();
  })();
  return loaded;
}
