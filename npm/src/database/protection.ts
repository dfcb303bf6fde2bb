// Which idle sessions hide something that others rely on, or that cannot be given back, as far as
// plain SQL can see: what the extension knows from inside a session. For the clean-up without it.

/** The reason of a row `a` of pg_stat_activity, in the extension's words; NULL for all others. */
export const protectionReason = `
  CASE WHEN a.query ~* '^\\s*LISTEN\\M' THEN 'protected: it listens for notifications'
       WHEN EXISTS (SELECT FROM pg_locks l
                     WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.granted)
       THEN 'protected: it holds a session-level lock'
       WHEN EXISTS (SELECT FROM pg_replication_slots s WHERE s.temporary AND s.active_pid = a.pid)
       THEN 'protected: it has a temporary replication slot'
       WHEN a.pid IN (${ownersOfTemporaryTables()}) THEN 'protected: it has temporary tables'
       WHEN a.application_name ~ '${tools()}' THEN 'is a database tool that somebody has open'
  END`;

/**
 * A session's temporary tables are in a schema with its number, which PostgreSQL 15 does not tell
 * the pid of.
 */
function ownersOfTemporaryTables(): string {
  return `
    SELECT pg_stat_get_backend_pid(substring(n.nspname FROM '^pg_temp_(\\d+)$')::int)
      FROM pg_namespace n
     WHERE n.nspname ~ '^pg_temp_\\d+$' AND current_setting('server_version_num')::int >= 160000
       AND EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid)`;
}

/** Those that the extension takes out of its automatic limits as it is shipped. */
function tools(): string {
  return '^(psql$|pgAdmin|DBeaver|DataGrip|TablePlus|Postico)';
}
