// Stands in front of node-postgres: each pool is known to the register before its first connection,
// no lost connection goes unheard, and no query fails because its connection was retired before it
// was sent. In Node.js an 'error' event without a listener ends the process, and pools and clients
// tell of a lost connection by such an event.
import { EventEmitter } from 'node:events';
import type { Client, Pool } from 'pg';
import { type DevProgram, nameClient, namePool } from './application_name.js';
import { ignoredLimit } from './database.js';
import type { Connect } from './let_go.js';
import { connectWithPatience } from './refusal.js';
import type { PoolRegister } from './register.js';
import { resend } from './resend.js';
import type { Site, Trace } from './site.js';
import { tellThatWeListen } from './tell_client.js';

/** What becomes of that which the guard sees. */
export interface Watch {
  register: PoolRegister;
  program: DevProgram;
  /** Is there to be no guard, after all? Asked once for each pool and client. */
  off(): boolean;
  trace(): Trace;
  /** A connection has gone, and only the guard has listened. */
  lost(error: Error): void;
  /** The server has refused a pool another connection; it has so many. */
  refused(site: Site | undefined, connections: number): void;
  /** A parameter in a pool's URL that does nothing. */
  ignored(parameter: string): void;
}

type Anything = unknown[];
type Callback = (error: Error | null | undefined, ...rest: Anything) => void;

const guarded = new WeakSet<object>();

/** The pool is being made: where, is known only now. */
export function guardPool(pool: Pool, prototype: Pool, watch: Watch): void {
  if (watch.off()) {
    return;
  }
  watch.register.made(pool, watch.trace());
  if (guarded.has(prototype)) {
    return;
  }
  guarded.add(prototype);
  const connect = prototype.connect as Connect;
  Object.assign(prototype, {
    connect(this: Pool, ...rest: Anything): unknown {
      if (watch.register.use(this, connect)) {
        listen(this, watch);
        resend(this);
        namePool(this, watch.program, watch.register.siteOf(this));
        const parameter = ignoredLimit(this.options);
        if (parameter !== undefined) {
          watch.ignored(parameter);
        }
      }
      return connectWithPatience(this, connect, rest, () =>
        watch.refused(watch.register.siteOf(this), this.totalCount),
      );
    },
  });
}

// Pools listen to their idle clients themselves. This is for those at work, and for lone ones.
export function guardClient(prototype: Client, watch: Watch): void {
  if (guarded.has(prototype) || watch.off()) {
    return;
  }
  guarded.add(prototype);
  const connect = prototype.connect as (this: Client, callback: Callback) => void;
  Object.assign(prototype, {
    connect(this: Client, callback?: Callback): unknown {
      listen(this, watch);
      nameClient(this, watch.program, watch.trace);
      const open = (then: Callback) =>
        connect.call(this, (error, ...rest) => {
          if (error) {
            then(error, ...rest);
          } else {
            tellThatWeListen(this, () => then(error, ...rest));
          }
        });
      if (callback !== undefined) {
        return open(callback);
      }
      return new Promise<Client>((resolve, reject) =>
        open((error) => (error ? reject(error) : resolve(this))),
      );
    },
  });
}

function listen(emitter: Pool | Client, watch: Watch): void {
  const { prependListener } = EventEmitter.prototype;
  // In front of the others: one of once() is gone when it has been called.
  prependListener.call(emitter, 'error', (error: Error) => {
    if (emitter.listenerCount('error') === 1) {
      watch.lost(error);
    }
  });
}
