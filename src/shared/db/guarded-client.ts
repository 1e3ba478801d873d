import pg from 'pg';

/**
 * The `Client` for a pool whose owner lends connections without listening to them: a connection that PostgreSQL cuts
 * between two statements raises an 'error' that nobody hears, and that ends the process. Here somebody always hears it,
 * also when all listeners are taken off before the end, as BullMQ does (6.7).
 */
export function guardedClient(heard: (error: Error) => void): typeof pg.Client {
  return class extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      this.on('error', heard);
    }
    override removeAllListeners(event?: string | symbol): this {
      super.removeAllListeners(event);
      if (event === undefined || event === 'error') this.on('error', heard);
      return this;
    }
  };
}

/** A pool whose connections somebody always hears: those that lie idle, those that are lent out, those that connect. */
export function guardedPool(config: pg.PoolConfig, heard: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({ ...config, Client: guardedClient(heard) });
  pool.on('error', heard);
  return pool;
}
