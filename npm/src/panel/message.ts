// What the panel's server tells its page: types only, for both sides.
import type { Ending, Leak, Waiting } from '../database/sessions.js';
import type { PoolReport } from '../guard/register.js';

/** One point of the chart; without numbers where the server could not be looked at. */
export interface Point {
  /** Milliseconds since 1970. */
  at: number;
  database: number | null;
  server: number | null;
  limit: number | null;
  /** How often the code had been reloaded. */
  generation: number;
}

/** What a program knows of itself, without the database; null where the panel is of no program. */
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
      point: Point & { database: number; server: number; limit: number };
      /** Which server, for people, and whether it is on this machine. */
      where: string;
      isLocal: boolean;
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
      line: Waiting[] | null;
      pools: Pools | null;
      /** What the server lacks of ai_cleanup, and how to get it. */
      lack: Trouble | null;
    }
  | { kind: 'trouble'; trouble: Trouble; point: Point; pools: Pools | null };

/** The answer to a clean-up. */
export interface CleanUpAnswer {
  went: number;
  stayed: { pid: number; application: string; reason: string }[];
  trouble?: Trouble;
}
