// One look at the server, for watch: everything it shows at one moment.
import type { Connection } from '../database/connection.js';
import { limitOf, type Server } from '../database/server.js';
import {
  type Count,
  type Ending,
  type Leak,
  readCount,
  readEndings,
  readLeaks,
} from '../database/sessions.js';

export interface Sample {
  at: Date;
  connections: Count & { limit: number };
  leaks: Leak[];
  /** Null without the extension. */
  endings: Ending[] | null;
}

export async function takeSample(connection: Connection, server: Server): Promise<Sample> {
  return {
    at: new Date(),
    connections: { ...(await readCount(connection, server)), limit: limitOf(server) },
    leaks: await readLeaks(connection, server),
    endings: await readEndings(connection, server, 5),
  };
}
