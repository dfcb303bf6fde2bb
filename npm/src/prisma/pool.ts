// The pool that outlives hot reload, kept on globalThis. Used by the singleton, in production too.
import type { Client, Pool, PoolConfig } from 'pg';
import { letGo } from '../guard/let_go.js';
import { resend } from '../guard/resend.js';
import { tellThatWeListen } from '../guard/tell_client.js';

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
  if (kept !== undefined) {
    letGo(kept.pool);
  }
  const pool = new pg.Pool({ allowExitOnIdle: true, ...listening, ...config });
  resend(pool);
  pool.setMaxListeners(0);
  pool.on('error', ignore);
  pool.on('connect', (client) => client.on('error', ignore));
  pools.set(name, { pool, settings });
  return pool;
}

/** A lost idle connection is no news: the pool has taken it out, and opens another in time. */
function ignore(): void {}

/** What pg-pool asks of each new connection before it hands it out; not in its types. */
const listening = {
  verify: (client: Client, done: (error?: Error) => void): void =>
    tellThatWeListen(client, () => done()),
};
