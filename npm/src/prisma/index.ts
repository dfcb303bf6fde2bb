// The entry `ai-cleanup/prisma`: one pool of connections for the life of the process, and a Prisma
// client that is as new as the code. Called by the application's database module, each time that
// hot reload evaluates it.
import type { PoolConfig } from 'pg';
import { loadAdapter } from './adapter.js';
import { keepPool } from './pool.js';

export interface SingletonOptions extends PoolConfig {
  /** The database's URL; DATABASE_URL of the environment if left out. */
  url?: string;
  /** The most connections the pool may have, 10 if left out (what pg itself takes). */
  max?: number;
  /** The name under which globalThis has the client, `__prisma` if left out. */
  name?: string;
  /** What else the client's constructor takes: log, errorFormat, … */
  client?: object;
}

const ours = Symbol.for('ai-cleanup.client');

/**
 * The Prisma client of this process.
 *
 *     export const prisma = prismaSingleton(PrismaClient, { max: 5 });
 */
export function prismaSingleton<Client extends object>(
  PrismaClient: new (options: never) => Client,
  { url, name = '__prisma', client: clientOptions, ...poolOptions }: SingletonOptions = {},
): Client {
  const globals = globalThis as unknown as Record<string, Client & { [ours]?: true }>;
  const present = globals[name];
  // A test may have put its own there. Clients derived from ours with $extends inherit the mark.
  if (present !== undefined && present[ours] !== true) return present;

  const connectionString = url ?? poolOptions.connectionString ?? process.env['DATABASE_URL'];
  if (connectionString === undefined) {
    throw new Error(
      'prismaSingleton() has no database to connect to: DATABASE_URL is not set. ' +
        'Set it, or say { url } in the second argument.',
    );
  }
  const { pg, PrismaPg } = loadAdapter();
  const pool = keepPool(name, pg, { ...poolOptions, connectionString });
  const options = { ...clientOptions, adapter: new PrismaPg(pool) };
  const client = new (PrismaClient as new (options: object) => Client)(options);
  Object.defineProperty(client, ours, { value: true });
  globals[name] = client;
  return client;
}
