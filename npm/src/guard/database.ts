// Which database a pool's configuration means, as a text that is the same for the same database
// and has no secret in it; and what in its URL does not do what it says.
import type { PoolConfig } from 'pg';
import { parse } from 'pg-connection-string';

/** Who connects where. Passwords are never in it, however the URL was written. */
export function databaseOf(config: PoolConfig): string {
  const { user, host, port, database } = partsOf(config);
  return `${user ?? ''}@${host ?? ''}:${port ?? ''}/${database ?? ''}`;
}

/** What of it is for people: database and host. */
export function partsOf(config: PoolConfig): Pick<PoolConfig, 'user' | 'host' | 'database'> & {
  port?: string | number | undefined;
} {
  if (config.connectionString === undefined) {
    const { user, host, port, database } = config;
    return { ...defined({ user, host, database }), port };
  }
  // What is no URL is taken for a database's name, whatever it has in it.
  if (!/^([\w+.-]+:|\/)/.test(config.connectionString)) return { database: '?' };
  try {
    const { user, host, port, database } = parse(config.connectionString);
    const named = { user, host: host ?? undefined, database: database ?? undefined };
    return { ...defined(named), port: port ?? undefined };
  } catch {
    return { database: '?' }; // pg will say what is wrong with it
  }
}

function defined<T extends object>(all: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(all).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** Prisma's own engine knew these; pg and its pools ignore them. */
export function ignoredLimit({ connectionString = '' }: PoolConfig): string | undefined {
  return /[?&](connection_limit=\d+|pool_timeout=\d+)/.exec(connectionString)?.[1];
}
