// The pool that outlives hot reload, kept on globalThis, and its second try for a query whose
// connection was retired under it. Used by the singleton.
import type { Pool, PoolConfig } from 'pg';
import { letGo } from '../let_go.js';

interface Kept {
  pool: Pool;
  settings: string;
}

const key = Symbol.for('ai-cleanup.prisma.pools');

/** The pool of that name: the one there is, or a new one if it was asked for otherwise before. */
export function keepPool(name: string, pg: { Pool: typeof Pool }, config: PoolConfig): Pool {
  const globals = globalThis as { [key]?: Map<string, Kept> };
  globals[key] ??= new Map();
  const pools = globals[key];
  const settings = JSON.stringify(config);
  const kept = pools.get(name);
  if (kept?.settings === settings) {
    // All listeners there are belong to clients of older code.
    kept.pool.removeAllListeners('error');
    kept.pool.on('error', ignore);
    return kept.pool;
  }
  if (kept !== undefined) letGo(kept.pool);
  const pool = retrying(new pg.Pool({ allowExitOnIdle: true, ...config }));
  pool.setMaxListeners(0);
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  pools.set(name, { pool, settings });
  return pool;
}

/** A lost idle connection is no news: the pool has taken it out, and opens another in time. */
function ignore(): void {}

/**
 * 57P05 says: your session was retired while it was idle, nothing after your last completed command
 * was committed. A query that ends with it has not been executed. What runs by pool.query() is no
 * part of a transaction, so the pool may send it again; each try takes one dead connection out.
 */
function retrying(pool: Pool): Pool {
  const query = pool.query as (this: Pool, ...rest: unknown[]) => Promise<unknown>;
  const again = async (rest: unknown[], triesLeft: number): Promise<unknown> => {
    try {
      return await query.apply(pool, rest);
    } catch (error) {
      if (triesLeft === 0 || !isRetirement(error)) throw error;
      return again(rest, triesLeft - 1);
    }
  };
  return Object.assign(pool, {
    query: (...rest: unknown[]) =>
      typeof rest.at(-1) === 'function'
        ? query.apply(pool, rest)
        : again(rest, pool.options.max ?? 10),
  });
}

function isRetirement(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '57P05';
}
