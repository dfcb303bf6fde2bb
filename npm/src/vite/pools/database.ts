// Which database a pool's configuration means, as a text that is the same for the same database
// and has no password in it; and what in its URL does not do what it says.
import type { PoolConfig } from 'pg';

export function databaseOf({ connectionString, user, host, port, database }: PoolConfig): string {
  if (connectionString === undefined) {
    return `${user ?? ''}@${host ?? ''}:${port ?? ''}/${database ?? ''}`;
  }
  // The host may be missing, as in postgresql:///app?host=/run/postgresql: no URL to new URL().
  return connectionString
    .replace(/^(\w+:\/\/[^:@/?]*):[^@/?]*@/, '$1@')
    .replace(/([?&]password)=[^&]*/, '$1=');
}

/** Prisma's own engine knew these; pg and its pools ignore them. */
export function ignoredLimit({ connectionString = '' }: PoolConfig): string | undefined {
  return /[?&](connection_limit=\d+|pool_timeout=\d+)/.exec(connectionString)?.[1];
}
