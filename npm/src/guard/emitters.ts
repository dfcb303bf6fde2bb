// Hears of each pool and client of node-postgres as it is made, whichever copy of pg makes it: one
// loaded by ESM or CommonJS, one that a bundler has put into its own output, or the one of a test
// runner with a registry of modules of its own. All of them are event emitters, and Node.js makes
// every emitter of the process by way of EventEmitter.init (its own `domain` hooks in there, too).
import { EventEmitter } from 'node:events';
import { Server } from 'node:http';
import type { Client, Pool } from 'pg';

export interface Births {
  pool(pool: Pool, prototype: Pool): void;
  client(client: Client, prototype: Client): void;
  httpServer(server: Server): void;
}

type Kind = { of: 'pool'; prototype: Pool } | { of: 'client'; prototype: Client };

const emitters = EventEmitter as unknown as {
  init(this: EventEmitter, options?: unknown): void;
};

/** Called in the constructor, when the object has its prototype and nothing else yet. */
export function onBirth(births: Births): void {
  const { init } = emitters;
  const kinds = new WeakMap<object, Kind | 'server' | 'other'>();
  emitters.init = function (options) {
    init.call(this, options);
    const prototype = Object.getPrototypeOf(this) as object;
    let kind = kinds.get(prototype);
    if (kind === undefined) {
      kind = kindOf(prototype);
      kinds.set(prototype, kind);
    }
    if (kind === 'other') {
      return;
    }
    if (kind === 'server') {
      births.httpServer(this as Server);
    } else if (kind.of === 'pool') {
      births.pool(this as unknown as Pool, kind.prototype);
    } else {
      births.client(this as unknown as Client, kind.prototype);
    }
  };
}

/** By shape: there are as many classes as there are copies of pg, and bundlers rename them. */
function kindOf(prototype: object): Kind | 'server' | 'other' {
  if (prototype === Server.prototype || prototype instanceof Server) {
    return 'server';
  }
  if (!('connect' in prototype && 'query' in prototype)) {
    return 'other';
  }
  const pool = owner(prototype, '_pulseQueue');
  if (pool !== undefined && 'totalCount' in prototype) {
    return { of: 'pool', prototype: pool as Pool };
  }
  const client = owner(prototype, '_pulseQueryQueue');
  if (client !== undefined) {
    return { of: 'client', prototype: client as Client };
  }
  return 'other';
}

/** pg.Pool only binds pg-pool's class to a client: the methods are one step up. */
function owner(prototype: object, method: string): object | undefined {
  for (let here: object | null = prototype; here !== null; here = Object.getPrototypeOf(here)) {
    if (Object.hasOwn(here, method)) {
      return here;
    }
  }
  return undefined;
}
