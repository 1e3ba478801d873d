import { CannotListen } from '../api/cannot-listen.ts';
import { ConfigError } from '../shared/config/config.ts';
import { findOutcome } from '../shared/errors/outcome.ts';
import { DatabaseNotReady } from './prepare-database.ts';
import { QueueStoreUnfit } from './prepare-queues.ts';
import { UserRefused } from './user.ts';

const TOLD = [ConfigError, DatabaseNotReady, QueueStoreUnfit, UserRefused, CannotListen];

/**
 * Ends a command that failed. What a person can mend is told in its own words; anything else with its stack, because
 * then somebody must look into the code.
 */
export function report(error: unknown): never {
  const outcome = findOutcome(error);
  const told = TOLD.some((kind) => error instanceof kind);
  if (told) console.error((error as Error).message);
  else if (outcome !== undefined) console.error(`${outcome.message} [${outcome.code}]`);
  else if (error instanceof Error && error.message.startsWith('The embedded PostgreSQL')) console.error(error.message);
  else console.error(error);
  process.exit(1);
}
