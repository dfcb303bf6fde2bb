// Lets go of a pool of node-postgres without ending it: code that still has it may be in the middle
// of something. Called when newer code has a pool of its own.
import type { Pool, PoolClient } from 'pg';

export type Connect = (
  this: Pool,
  callback: (error: Error | undefined, client?: PoolClient, done?: () => void) => void,
) => unknown;

/** For how long such a pool still keeps a connection that came back: a burst may want it again. */
const keptMs = 1000;

/** Closes the idle connections now, and those at work soon after they come back. */
export function letGo(pool: Pool, connect: Connect = pool.connect): void {
  pool.options.idleTimeoutMillis = keptMs;
  pool.options.min = 0;
  for (let idle = pool.idleCount; idle > 0; idle--) {
    connect.call(pool, (_error, client) => client?.release(true));
  }
}
