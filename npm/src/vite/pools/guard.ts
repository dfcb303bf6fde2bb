// Stands in front of a copy of node-postgres: each pool is known to the register before its first
// connection, and no lost connection goes unheard. In Node.js an 'error' event without a listener
// ends the process, and pools tell of a lost idle connection by such an event.
// Called by the plugin, once for each copy that the project can load.
import { EventEmitter } from 'node:events';
import type { Client, Pool } from 'pg';
import { ignoredLimit } from './database.js';
import type { PoolRegister } from './register.js';

export interface NodePostgres {
  Pool: typeof Pool;
  Client: typeof Client;
}

/** What becomes of that which the guard sees. */
export interface Watch {
  register: PoolRegister;
  /** A connection has gone, and only the guard has listened. */
  lost(error: Error): void;
  /** A parameter in a pool's URL that does nothing. */
  ignored(parameter: string): void;
}

// On the patched prototype itself: the module may be loaded twice, the copy of pg only once.
const guarded = Symbol.for('ai-cleanup.guarded');

interface Guarded {
  [guarded]?: Watch;
}

/** Guards a copy of node-postgres; where it is guarded already, the newest watch counts. */
export function guard(pg: NodePostgres, watch: Watch): void {
  // pg.Pool only binds pg-pool's class to a client: the methods are one step up.
  const pool = Object.getPrototypeOf(pg.Pool.prototype) as Pool & Guarded;
  const client = pg.Client.prototype as Client & Guarded;
  const isNew = pool[guarded] === undefined;
  pool[guarded] = watch;
  client[guarded] = watch;
  if (isNew) {
    guardPool(pool);
    guardClient(client);
  }
}

function guardPool(prototype: Pool & Guarded): void {
  const connect = prototype.connect as (this: Pool, ...rest: unknown[]) => unknown;
  Object.assign(prototype, {
    connect(this: Pool & Guarded, ...rest: unknown[]): unknown {
      const watch = this[guarded];
      if (watch?.register.use(this, connect)) {
        listen(this);
        const parameter = ignoredLimit(this.options);
        if (parameter !== undefined) watch.ignored(parameter);
      }
      return connect.apply(this, rest);
    },
  });
}

// Pools listen to their idle clients themselves. This is for those at work, and for lone ones.
function guardClient(prototype: Client & Guarded): void {
  const connect = prototype.connect as (this: Client, ...rest: unknown[]) => unknown;
  Object.assign(prototype, {
    connect(this: Client & Guarded, ...rest: unknown[]): unknown {
      listen(this);
      return connect.apply(this, rest);
    },
  });
}

function listen(emitter: (Pool | Client) & Guarded): void {
  const { prependListener } = EventEmitter.prototype;
  // In front of the others: one of once() is gone when it has been called.
  prependListener.call(emitter, 'error', (error: Error) => {
    if (emitter.listenerCount('error') === 1) emitter[guarded]?.lost(error);
  });
}
