import { defineConfig } from 'prisma/config';

// `prisma generate` never runs the schema engine, yet the CLI downloads one unless it is told where
// it is. Migrations are applied by the WebAssembly engine (src/shared/db/migrations.ts), so the
// download is never needed: point the CLI at a program that surely exists.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ||= process.execPath;

export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } });
