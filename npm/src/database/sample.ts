// One look at the server, for watch and the panel: everything they show at one moment.
import type { Connection } from './connection.js';
import { limitOf, type Server } from './server.js';
import {
  type Count,
  type Ending,
  type Leak,
  readCount,
  readEndings,
  readLeaks,
  readLine,
  type Waiting,
} from './sessions.js';

export interface Sample {
  at: Date;
  connections: Count & { limit: number };
  leaks: Leak[];
  /** Null without the extension. */
  endings: Ending[] | null;
  /** Who waits for room; null where the server has no line. */
  line: Waiting[] | null;
}

export async function takeSample(
  connection: Connection,
  server: Server,
  mostEndings = 5,
): Promise<Sample> {
  return {
    at: new Date(),
    connections: { ...(await readCount(connection, server)), limit: limitOf(server) },
    leaks: await readLeaks(connection, server),
    endings: await readEndings(connection, server, mostEndings),
    line: await readLine(connection, server),
  };
}
