// A connection to the database, also at the worst moment. When every slot is taken it tries a
// walsender connection, whose slots are others (a superuser or a REPLICATION role gets in), and
// otherwise tries again for a while, with jitter. Opened by every command. One that was ended while
// nothing was asked is opened again with the next statement: each of ours stands on its own.
//
// A walsender understands the simple protocol only: statements have no parameters; literal()
// quotes what goes into them.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';
import { codeOf, retired, tooManyConnections } from '../error_code.js';
import { name } from '../package.js';
import type { Address } from './address.js';
import { explain, isWithoutTls } from './failure.js';

export type Way = 'session' | 'walsender';

export interface Connection {
  /** How we got in. */
  way: Way;
  rows<Row extends object>(statement: string): Promise<Row[]>;
  /** What the server has said beside its answers (NOTICE, WARNING) since this was last asked. */
  notices(): string[];
  close(): Promise<void>;
}

export interface Patience {
  /** For how long to try again when no slot is free. */
  waitMs?: number | undefined;
}

export const literal: (text: string) => string = pg.escapeLiteral;

/** Where somebody cleans up again and again, a new session may end before it is asked, too. */
const mostTries = 10;

/** It could not be sent: the session had ended before. */
class Unsent extends Error {}

export async function connect(address: Address, patience: Patience = {}): Promise<Connection> {
  let now = await openOrExplain(address, patience);
  return {
    get way() {
      return now.way;
    },
    rows: async <Row extends object>(statement: string) => {
      for (let triesLeft = mostTries; ; triesLeft--) {
        try {
          return await now.rows<Row>(statement);
        } catch (error) {
          if (!(error instanceof Unsent) || triesLeft === 0) {
            throw error;
          }
          void now.close().catch(() => {});
          now = await openOrExplain(address, patience);
        }
      }
    },
    notices: () => now.notices(),
    close: () => now.close(),
  };
}

async function openOrExplain(address: Address, patience: Patience): Promise<Connection> {
  const deadline = Date.now() + (patience.waitMs ?? 5000);
  try {
    return await openInTime(address, deadline);
  } catch (error) {
    throw explain(error, address);
  }
}

async function openInTime(address: Address, deadline: number): Promise<Connection> {
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 500)) {
    try {
      return await openEither(address);
    } catch (error) {
      if (codeOf(error) !== tooManyConnections || Date.now() >= deadline) {
        throw error;
      }
      // Many clients may have been refused at the same instant; they shall not come back as one.
      await sleep(pauseMs * (1 + Math.random()));
    }
  }
}

async function openEither(address: Address): Promise<Connection> {
  try {
    return await open(address, 'session');
  } catch (error) {
    if (codeOf(error) !== tooManyConnections) {
      throw error;
    }
    // What is of interest is why there is no ordinary slot, not why this has failed, too.
    return await open(address, 'walsender').catch(() => Promise.reject(error));
  }
}

async function open(address: Address, way: Way): Promise<Connection> {
  const config = {
    ...configOf(address),
    ...(way === 'walsender' ? { replication: 'database' } : {}),
  };
  try {
    return await openWith(config, way);
  } catch (error) {
    // As libpq does: who only prefers TLS goes on without.
    const prefers = /[?&]sslmode=(prefer|allow)\b/.test(address.url);
    if (!prefers || !(error instanceof Error) || !isWithoutTls(error)) {
      throw error;
    }
    return openWith({ ...config, ssl: false }, way);
  }
}

/** In TLS, too, the URL means what it means to psql: node-postgres takes it otherwise. */
function configOf({ url }: Address): pg.ClientConfig {
  // (no-verify is a word of node-postgres alone.)
  const useLibpqCompat = !/[?&](uselibpqcompat=|sslmode=no-verify)/.test(url);
  return {
    ...toClientConfig(parse(url, { useLibpqCompat })),
    application_name: name,
    connectionTimeoutMillis: 10_000,
  };
}

async function openWith(config: pg.ClientConfig, way: Way): Promise<Connection> {
  const client = new pg.Client(config);
  const said: string[] = [];
  client.on('notice', (notice) => said.push(`${notice.severity}: ${notice.message}`));
  let lost: Error | undefined; // while nothing was asked
  client.on('error', (error) => {
    lost ??= error;
  });
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  return {
    way,
    rows: async <Row extends object>(statement: string) => {
      if (lost !== undefined) {
        throw new Unsent(lost.message);
      }
      try {
        return (await client.query<Row>(statement)).rows;
      } catch (error) {
        throw codeOf(error) === retired ? new Unsent((error as Error).message) : error;
      }
    },
    notices: () => said.splice(0),
    close: () => client.end(),
  };
}
