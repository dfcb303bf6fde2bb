// The server behind a connection: which one it is, how many connections it takes, and how much
// of ai_cleanup it has. Read once for each connection.
import type { Connection } from './connection.js';

export interface Server {
  version: string;
  database: string;
  role: string;
  superuser: boolean;
  /** Slots of the server, and how many of them are not for ordinary roles. */
  maxConnections: number;
  reserved: number;
  /** ai_cleanup in the server process: null where it is not in shared_preload_libraries. */
  enabled: boolean | null;
  /** The version of the extension in this database; null where it was not created. */
  extension: string | null;
  /** The version that CREATE EXTENSION would create; null where there are no files to do so. */
  available: string | null;
  /** The schema of the extension's functions. */
  schema: string;
  /** shared_preload_libraries; null where the role may not see it. */
  libraries: string | null;
}

export async function readServer(connection: Connection): Promise<Server> {
  const [server] = await connection.rows<Server>(`
    SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
           current_database() AS database,
           current_user AS role,
           (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
           current_setting('max_connections')::int AS "maxConnections",
           current_setting('superuser_reserved_connections')::int
             + coalesce(current_setting('reserved_connections', true)::int, 0) AS reserved,
           current_setting('ai_cleanup.enabled', true)::boolean AS enabled,
           (SELECT extversion FROM pg_extension WHERE extname = 'ai_cleanup') AS extension,
           (SELECT default_version FROM pg_available_extensions WHERE name = 'ai_cleanup')
             AS available,
           coalesce((SELECT quote_ident(nspname)
                       FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
                      WHERE extname = 'ai_cleanup'), 'public') AS schema,
           (SELECT setting FROM pg_settings WHERE name = 'shared_preload_libraries')
             AS libraries`);
  if (server === undefined) {
    throw new Error('The server did not answer.');
  }
  return server;
}

/** Can the extension be called here? Created without being loaded, its functions only fail. */
export function hasExtension(server: Server): boolean {
  return server.extension !== null && server.enabled !== null;
}

/** How many connections there may be before an ordinary role is refused. */
export function limitOf(server: Server): number {
  return server.superuser ? server.maxConnections : server.maxConnections - server.reserved;
}
