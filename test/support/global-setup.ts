import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { buildProject } from '../../chaos/build.ts';
import { startEmbeddedDatabase } from '../../src/shared/db/embedded.ts';
import { applyMigrations } from '../../src/shared/db/migrations.ts';
import { startRedis } from './redis-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of the server's maintenance database. */
    adminUrl: string;
    /** NULL where there is neither REDIS_URL nor a redis-server. */
    redisUrl: string | null;
    /** The compiled `hub`: a process of it starts in a fraction of the time that tsx takes. */
    hubProgram: string;
  }
}

/** Name of the migrated database that each test file copies. */
export const TEMPLATE = 'hub_template';

/** `TEST_DATABASE_URL`, whose user may create databases and which grants 300 connections, else an embedded PostgreSQL. */
async function startPostgres(): Promise<{ urlOf(database: string): string; stop(): Promise<void> }> {
  const given = process.env.TEST_DATABASE_URL;
  if (given) {
    const urlOf = (database: string) => Object.assign(new URL(given), { pathname: `/${database}` }).toString();
    return { urlOf, stop: () => dropTemplate(urlOf('postgres')) };
  }
  const directory = await mkdtemp(path.join(tmpdir(), 'hub-test-'));
  const embedded = await startEmbeddedDatabase({
    directory,
    settings: ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=300'],
  });
  await makeLoginsCheap(embedded.urlOf('postgres'));
  return {
    urlOf: embedded.urlOf,
    async stop() {
      await embedded.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Thousands of connections are opened, and each password checked was 4,096 rounds of hashing: half of the time of a connection. */
async function makeLoginsCheap(url: string): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query('set scram_iterations = 1');
  await admin.query(`alter role current_user password '${new URL(url).password}'`);
  await admin.end();
}

async function dropTemplate(adminUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`update pg_database set datistemplate = false where datname = '${TEMPLATE}'`);
  await admin.query(`drop database if exists ${TEMPLATE} with (force)`);
  await admin.end();
}

/** One PostgreSQL and one Redis for the whole run; a migrated template database to copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const building = buildProject();
  const postgres = await startPostgres();
  const adminUrl = postgres.urlOf('postgres');
  await dropTemplate(adminUrl);
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`create database ${TEMPLATE}`);
  await applyMigrations(postgres.urlOf(TEMPLATE));
  await admin.query(`alter database ${TEMPLATE} with is_template true`);
  await admin.end();
  project.provide('adminUrl', adminUrl);
  const build = await building;
  project.provide('hubProgram', build.hub);

  const redis = await startRedis();
  project.provide('redisUrl', redis?.url ?? null);
  if (redis === null) {
    const line = 'NO REDIS: neither REDIS_URL nor redis-server on PATH. Queue tests run on PostgreSQL only.';
    if (process.env.CI === 'true') throw new Error(line);
    console.warn(`\n${'!'.repeat(line.length)}\n${line}\n${'!'.repeat(line.length)}\n`);
  }
  return async () => {
    await redis?.stop();
    await postgres.stop();
    await build.remove();
  };
}
