// Which database a pool's configuration means, as a text that is the same for the same database
// and has no secret in it; and what in its URL does not do what it says.
import type { PoolConfig } from 'pg';
import { type Parts, partsOf } from '../database/url.js';

/** Who connects where. Passwords are never in it, however the URL was written. */
export function databaseOf(config: PoolConfig): string {
  const { user = '', host = '', port = '', database = '' } = whereTo(config);
  return `${user}@${host}:${port}/${database}`;
}

/** The database and its host, for people. */
export function nameOf(config: PoolConfig): string {
  const { user, host = 'localhost', database } = whereTo(config);
  return `${database ?? user ?? '?'} on ${host}`;
}

function whereTo({ connectionString, user, host, port, database }: PoolConfig): Partial<Parts> {
  if (connectionString !== undefined) {
    return partsOf(connectionString) ?? { database: '?' }; // pg will say what is wrong with it
  }
  const entries = Object.entries({ user, host, port, database }).filter(([, value]) => value);
  return Object.fromEntries(entries) as Partial<Parts>;
}

/** Prisma's own engine knew these; pg and its pools ignore them. */
export function ignoredLimit({ connectionString = '' }: PoolConfig): string | undefined {
  return /[?&](connection_limit=\d+|pool_timeout=\d+)/.exec(connectionString)?.[1];
}
