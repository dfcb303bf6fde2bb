// What the panel's server tells its page: types only, for both sides.
import type { Ending, Leak } from '../database/sessions.js';
import type { PoolReport } from '../guard/register.js';

/** One point of the chart. */
export interface Point {
  /** Milliseconds since 1970. */
  at: number;
  database: number;
  server: number;
  limit: number;
  /** How often the code had been reloaded. */
  generation: number;
}

/** What the server's side knows of itself, without the database. */
export interface Pools {
  pools: PoolReport[];
  generation: number;
  poolsTrimmed: number;
  connectionsClosed: number;
  connectionsLost: number;
}

export interface Trouble {
  message: string;
  remedy: string[];
}

export type Message =
  | {
      kind: 'hello';
      application: string;
      history: Point[];
    }
  | {
      kind: 'sample';
      point: Point;
      server: {
        version: string;
        database: string;
        role: string;
        maxConnections: number;
        reserved: number;
        extension: string | null;
      };
      leaks: Leak[];
      endings: Ending[] | null;
      pools: Pools;
      /** What is missing in the server, and how to get it. */
      missing: Trouble[];
    }
  | { kind: 'trouble'; trouble: Trouble; pools: Pools };

/** The answer to a clean-up. */
export interface CleanUpAnswer {
  went: number;
  stayed: { pid: number; application: string; reason: string }[];
  trouble?: Trouble;
}
