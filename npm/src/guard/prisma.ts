// Where a Prisma client was made. Its adapter makes the pool of pg with the first query only, from
// which no way leads back to that place. But when it is made itself, in the user's code, it asks
// whether what it was given is a pool already: `config instanceof pg.Pool`. That is when we look.
import Module from 'node:module';
import type { Pool, PoolConfig } from 'pg';
import type { Trace } from './site.js';

const key = Symbol('ai-cleanup.trace');
const known = new WeakSet<object>();
const byUrl = new Map<string, Trace>();

type Tagged = PoolConfig & { [key]?: Trace };

/** The place that the pool's configuration was handed to Prisma at. */
export function traceOf({ connectionString, ...options }: Tagged): Trace | undefined {
  return options[key] ?? (connectionString === undefined ? undefined : byUrl.get(connectionString));
}

/** Each copy of pg that CommonJS loads from now on; ESM loads it in this way, too. */
export function watchPrisma(trace: () => Trace): void {
  const loader = Module as unknown as {
    _load(request: string, ...rest: unknown[]): unknown;
  };
  const load = loader._load;
  loader._load = function (request, ...rest) {
    const exports = load.call(this, request, ...rest);
    // pg, its file, or a bundler's name for it
    if (/(^|[\\/])pg(-[0-9a-f]+)?([\\/]lib[\\/]index\.js)?$/.test(request)) {
      see(exports, trace);
    }
    return exports;
  };
}

function see(exports: unknown, trace: () => Trace): void {
  const pool = (exports as { Pool?: typeof Pool } | null | undefined)?.Pool;
  if (typeof pool !== 'function' || known.has(pool)) {
    return;
  }
  known.add(pool);
  const { [Symbol.hasInstance]: hasInstance } = pool;
  Object.defineProperty(pool, Symbol.hasInstance, {
    configurable: true,
    value(this: object, candidate: unknown): boolean {
      if (typeof candidate === 'string') {
        byUrl.set(candidate, trace());
      } else if (isPlain(candidate)) {
        candidate[key] = trace();
      }
      return hasInstance.call(this as typeof Pool, candidate);
    },
  });
}

function isPlain(candidate: unknown): candidate is Tagged {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    Object.getPrototypeOf(candidate) === Object.prototype &&
    Object.isExtensible(candidate)
  );
}
