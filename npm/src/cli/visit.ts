// One visit to the database: the way of nearly every command. Connects, learns what server it
// is, does the work, and hangs up whatever happens.
import { type Address, findAddress } from '../database/address.js';
import { type Connection, connect } from '../database/connection.js';
import { hasExtension, readServer, type Server } from '../database/server.js';

export interface Visit {
  address: Address;
  connection: Connection;
  server: Server;
}

export interface VisitOptions {
  url?: string | undefined;
  /** For how long to try again when no slot is free. */
  waitMs?: number | undefined;
}

export async function visit<Result>(
  options: VisitOptions,
  work: (visit: Visit) => Promise<Result>,
): Promise<Result> {
  const address = findAddress(options.url);
  const connection = await connect(address, { waitMs: options.waitMs });
  try {
    return await work({ address, connection, server: await readServer(connection) });
  } finally {
    await connection.close().catch(() => {});
  }
}

/** What of ai_cleanup the server has, in three words. */
export function extensionState(server: Server): string {
  if (hasExtension(server)) {
    return `ai_cleanup ${server.extension}${server.enabled ? '' : ', switched off'}`;
  }
  return server.enabled === null ? 'without ai_cleanup' : 'ai_cleanup is not created here';
}
