// The entry `ai-cleanup/prisma`: one pool of connections for the life of the process, and a Prisma
// client that is as new as the code. Called by the application's database module, each time that
// hot reload evaluates it.
import { loadAdapter } from './adapter.js';
import { keepPool } from './pool.js';

/** What a pool of pg understands; the usual ones by name. */
export interface PoolOptions {
  /** The database's URL; DATABASE_URL of the environment if left out. */
  url?: string;
  /** The most connections the pool may have, 10 if left out (what pg itself takes). */
  max?: number;
  /** The fewest that it keeps, 0 if left out. */
  min?: number;
  /** How long an unused connection is kept, in milliseconds; 10 seconds if left out, 0 for ever. */
  idleTimeoutMillis?: number;
  /** How long to wait for a connection, in milliseconds; for ever if left out. */
  connectionTimeoutMillis?: number;
  maxUses?: number;
  maxLifetimeSeconds?: number;
  allowExitOnIdle?: boolean;
  keepAlive?: boolean;
  application_name?: string;
  statement_timeout?: number | false;
  query_timeout?: number;
  lock_timeout?: number;
  idle_in_transaction_session_timeout?: number;
  options?: string;
  ssl?: boolean | object;
  connectionString?: string;
  host?: string;
  port?: number;
  user?: string;
  password?: string | (() => string | Promise<string>);
  database?: string;
}

export interface SingletonOptions extends PoolOptions {
  /** The name under which globalThis has the client, `__prisma` if left out. */
  name?: string;
}

export interface ClassOptions extends SingletonOptions {
  /** What else the client's constructor takes: log, errorFormat, … The factory checks its type. */
  client?: object;
}

const ours = Symbol.for('ai-cleanup.client');

/**
 * The Prisma client of this process.
 *
 *     export const prisma = prismaSingleton(
 *       (adapter) => new PrismaClient({ adapter, log: ['warn'] }),
 *       { max: 5 },
 *     );
 *
 * The factory may go on to $extends and $on. (Its adapter is of no type that could be named here:
 * it fits wherever Prisma wants one.)
 */
export function prismaSingleton<Client extends object>(
  make: (adapter: never) => Client,
  options?: SingletonOptions,
): Client;
/** The same with the class alone: `prismaSingleton(PrismaClient, { max: 5 })`. */
export function prismaSingleton<Client extends object>(
  PrismaClient: new (options: never) => Client,
  options?: ClassOptions,
): Client;
export function prismaSingleton(
  make: Maker,
  { url, name = '__prisma', client: clientOptions, ...poolOptions }: ClassOptions = {},
): object {
  const globals = globalThis as unknown as Record<string, object & { [ours]?: true }>;
  const present = globals[name];
  // A test may have put its own there. Clients derived from ours with $extends inherit the mark.
  if (present !== undefined && present[ours] !== true) {
    return present;
  }

  const connectionString = url ?? poolOptions.connectionString ?? process.env['DATABASE_URL'];
  if (connectionString === undefined) {
    throw new Error(
      'prismaSingleton() has no database to connect to: DATABASE_URL is not set. ' +
        'Set it, or say { url } in the second argument.',
    );
  }
  const { pg, PrismaPg } = loadAdapter();
  const pool = keepPool(name, pg, { ...poolOptions, connectionString });
  const adapter = new PrismaPg(pool) as never;
  const client = isClass(make)
    ? new make({ ...clientOptions, adapter } as never)
    : (make as Factory)(adapter);
  Object.defineProperty(client, ours, { value: true });
  globals[name] = client;
  return client;
}

type Factory = (adapter: never) => object;
type Class = new (options: never) => object;
type Maker = Factory | Class;

/** A function may be called with new as well; only of a class the prototype cannot be replaced. */
function isClass(make: Maker): make is Class {
  return Object.getOwnPropertyDescriptor(make, 'prototype')?.writable === false;
}
