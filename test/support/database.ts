import pg from 'pg';
import { inject } from 'vitest';
import { type Database, openDatabase } from '../../src/shared/db/database.ts';
import { newId } from '../../src/shared/outbox/ids.ts';
import { TEMPLATE } from './global-setup.ts';

export interface TestDatabase {
  url: string;
  db: Database;
  drop(): Promise<void>;
}

/** A migrated database of the caller's own, copied from the template in some 50 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const url = await createEmptyCopy(TEMPLATE);
  const db = openDatabase({ url, connections: 5 });
  return {
    url,
    db,
    async drop() {
      await db.close();
      await dropDatabase(url);
    },
  };
}

/** Creates a database from a template and returns its address. `template0` gives an empty one. */
export async function createEmptyCopy(template: string): Promise<string> {
  const name = `test_${newId().replaceAll('-', '')}`;
  await admin((client) => client.query(`create database ${name} template ${template}`));
  const url = new URL(inject('adminUrl'));
  url.pathname = `/${name}`;
  return url.toString();
}

export async function dropDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await admin((client) => client.query(`drop database if exists ${name} with (force)`));
}

async function admin(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: inject('adminUrl') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
