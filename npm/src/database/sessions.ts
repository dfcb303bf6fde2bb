// Who is connected: how many, and who leaks. From the extension's functions and views where
// there are any, else from pg_stat_activity. Read by status, watch, doctor and the panel.
import { type Connection, literal } from './connection.js';
import { hasExtension, type Server } from './server.js';

export interface Count {
  /** Sessions of this database, this connection among them. */
  database: number;
  /** Sessions of the whole server. */
  server: number;
}

/** Connections of one program, as it calls itself. */
export interface Leak {
  role: string;
  application: string;
  client: string | null;
  sessions: number;
  /** Null where the role may not see it. */
  idle: number | null;
  longestIdleSeconds: number | null;
  /** How many of them ai_cleanup has retired so far; null without the extension. */
  retired: number | null;
}

export interface Ending {
  endedAt: Date;
  pid: number;
  role: string;
  application: string;
  idleSeconds: number | null;
  endedBy: string;
  outcome: string;
  reason: string;
}

/**
 * What is a session in pg_stat_activity: a client's, of some database. Of sessions that our role
 * may not see it does not say the type.
 */
export const isSession = `datid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'`;

export async function readCount(connection: Connection, server: Server): Promise<Count> {
  const [count] = await connection.rows<Count>(
    hasExtension(server)
      ? `SELECT ${server.schema}.ai_conn_count() AS database,
                ${server.schema}.ai_conn_count(NULL) AS server`
      : `SELECT count(*) FILTER (WHERE datname = current_database())::int AS database,
                count(*)::int AS server
           FROM pg_stat_activity WHERE ${isSession}`,
  );
  return count ?? { database: 0, server: 0 };
}

/** The programs with connections to this database, most connections first. */
export function readLeaks(connection: Connection, server: Server): Promise<Leak[]> {
  return connection.rows<Leak>(
    hasExtension(server)
      ? `SELECT role, application, host(client_addr) AS client, sessions::int, idle::int,
                extract(epoch FROM longest_idle)::float8 AS "longestIdleSeconds",
                retired::int
           FROM ${server.schema}.ai_leaks
          WHERE database = current_database()
          ORDER BY sessions DESC, retired DESC, role, application`
      : `SELECT usename AS role, application_name AS application, host(client_addr) AS client,
                count(*)::int AS sessions,
                CASE WHEN count(state) > 0
                     THEN count(*) FILTER (WHERE state = 'idle')::int END AS idle,
                max(extract(epoch FROM clock_timestamp() - state_change))
                  FILTER (WHERE state = 'idle')::float8 AS "longestIdleSeconds",
                NULL::int AS retired
           FROM pg_stat_activity
          WHERE ${isSession} AND datname = current_database()
          GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2`,
  );
}

/** The last endings in this database, newest first; null without the extension. */
export async function readEndings(
  connection: Connection,
  server: Server,
  most: number,
): Promise<Ending[] | null> {
  if (!hasExtension(server)) {
    return null;
  }
  return connection.rows<Ending>(`
    SELECT ${endingColumns}
      FROM ${server.schema}.ai_cleanup_journal
     WHERE database = current_database()
     ORDER BY ended_at DESC LIMIT ${most}`);
}

/** A login that waits for room. */
export interface Waiting {
  place: number;
  role: string;
  database: string;
  waitedSeconds: number;
}

/** The line of the whole server, the first on top; null where the extension has none (before 1.2). */
export async function readLine(connection: Connection, server: Server): Promise<Waiting[] | null> {
  const version = /^(\d+)\.(\d+)/.exec(server.extension ?? '') ?? [];
  if (!hasExtension(server) || Number(version[1]) * 100 + Number(version[2]) < 102) {
    return null;
  }
  return connection.rows<Waiting>(`
    SELECT place, role, database, extract(epoch FROM waited)::float8 AS "waitedSeconds"
      FROM ${server.schema}.ai_cleanup_line ORDER BY place`);
}

/** The endings that a call of ai_cleanup() on this connection has brought about since a moment. */
export function readOwnEndings(
  connection: Connection,
  server: Server,
  since: string,
): Promise<Ending[]> {
  return connection.rows<Ending>(`
    SELECT ${endingColumns}
      FROM ${server.schema}.ai_cleanup_journal
     WHERE asker_pid = pg_backend_pid() AND ended_at >= ${literal(since)}
     ORDER BY idle_for DESC NULLS LAST`);
}

const endingColumns = `ended_at AS "endedAt", pid, role, application,
           extract(epoch FROM idle_for)::float8 AS "idleSeconds",
           ended_by AS "endedBy", outcome, reason`;
