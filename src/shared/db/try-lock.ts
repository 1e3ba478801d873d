import type pg from 'pg';

/**
 * Runs `work` while this session alone holds the advisory lock `id`, outside any transaction. NULL, without running it,
 * when another session holds the lock. A session that dies lets it go.
 */
export async function tryLock<T>(pool: pg.Pool, id: number, work: () => Promise<T>): Promise<{ value: T } | null> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // While it is checked out nobody else listens, and an unheard 'error' would end the process.
  const note = (error: Error) => {
    broken = error;
  };
  client.on('error', note);
  try {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [id]);
    if (!rows[0]?.mine) return null;
    try {
      return { value: await work() };
    } finally {
      await client.query('select pg_advisory_unlock($1)', [id]).catch(note);
    }
  } finally {
    client.removeListener('error', note);
    client.release(broken);
  }
}
