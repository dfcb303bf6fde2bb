/* extension/ai_cleanup--1.2.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION ai_cleanup" to load this file. \quit

CREATE FUNCTION ai_cleanup(
    force boolean DEFAULT false,
    database name DEFAULT current_database(),
    idle_for interval DEFAULT '0'
) RETURNS integer
AS 'MODULE_PATHNAME', 'ai_cleanup_sql'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION ai_cleanup(boolean, name, interval) IS
    'ends the idle sessions of a database, or with force all of them, and returns how many ended';

CREATE FUNCTION ai_cleanup_plan(
    force boolean DEFAULT false,
    database name DEFAULT current_database(),
    idle_for interval DEFAULT '0',
    OUT pid integer,
    OUT database name,
    OUT role name,
    OUT application text,
    OUT client_addr inet,
    OUT client_port integer,
    OUT state text,
    OUT idle_for interval,
    OUT verdict text,
    OUT reason text
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ai_cleanup_plan_sql'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION ai_cleanup_plan(boolean, name, interval) IS
    'what ai_cleanup() with these arguments would do with each session, and why';

-- Two functions instead of one with a default: an expression to evaluate would be most of
-- what the call costs.
CREATE FUNCTION ai_conn_count() RETURNS integer
AS 'MODULE_PATHNAME', 'ai_conn_count_sql'
LANGUAGE C VOLATILE PARALLEL SAFE;

COMMENT ON FUNCTION ai_conn_count() IS
    'counts the sessions of the current database';

CREATE FUNCTION ai_conn_count(
    database name
) RETURNS integer
AS 'MODULE_PATHNAME', 'ai_conn_count_sql'
LANGUAGE C VOLATILE PARALLEL SAFE;

COMMENT ON FUNCTION ai_conn_count(name) IS
    'counts the sessions of a database, or with NULL those of the whole server';

CREATE FUNCTION ai_cleanup_stats(
    OUT since timestamptz,
    OUT sessions_retired bigint,
    OUT sessions_declined bigint,
    OUT sessions_terminated bigint,
    OUT logins_rescued bigint,
    OUT logins_waited bigint,
    OUT logins_refused bigint,
    OUT sweeps bigint,
    OUT wake_ups bigint,
    OUT login_waits bigint[],
    OUT retired_unused bigint,
    OUT logins_served bigint,
    OUT logins_waiting integer,
    OUT longest_wait interval,
    OUT headroom_rests_until timestamptz,
    OUT connections_held integer,
    OUT clients_told bigint,
    OUT clients_hung_up bigint,
    OUT hand_overs_refused bigint
) RETURNS record
AS 'MODULE_PATHNAME', 'ai_cleanup_stats_sql_1_2'
LANGUAGE C VOLATILE PARALLEL SAFE;

COMMENT ON FUNCTION ai_cleanup_stats() IS
    'what ai_cleanup did since the counting began';

CREATE VIEW ai_cleanup_stats AS SELECT * FROM ai_cleanup_stats() AS stats;

GRANT SELECT ON ai_cleanup_stats TO PUBLIC;

COMMENT ON COLUMN ai_cleanup_stats.login_waits IS
    'logins by how long they waited: up to 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000 ms, and longer';
COMMENT ON COLUMN ai_cleanup_stats.retired_unused IS
    'sessions that were ended for want of room before their first command: none should be';
COMMENT ON COLUMN ai_cleanup_stats.logins_served IS
    'logins that waited in line for one of ai_cleanup.max_sessions and got in';
COMMENT ON COLUMN ai_cleanup_stats.logins_waiting IS
    'logins that wait at this moment';
COMMENT ON COLUMN ai_cleanup_stats.longest_wait IS
    'the longest that a login has waited, whatever came of it';
COMMENT ON COLUMN ai_cleanup_stats.headroom_rests_until IS
    'until when no session is ended for ai_cleanup.headroom, because those that were ended came straight back';
COMMENT ON COLUMN ai_cleanup_stats.connections_held IS
    'connections that have outlived their sessions, held at this moment until their clients ask';
COMMENT ON COLUMN ai_cleanup_stats.clients_told IS
    'clients of such connections that were told';
COMMENT ON COLUMN ai_cleanup_stats.clients_hung_up IS
    'clients of such connections that left without a question';
COMMENT ON COLUMN ai_cleanup_stats.hand_overs_refused IS
    'connections that the attendant could not take over, so that their clients were told at once';

CREATE FUNCTION ai_cleanup_line(
    OUT place integer,
    OUT pid integer,
    OUT database name,
    OUT role name,
    OUT waits_for text,
    OUT since timestamptz,
    OUT waited interval
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ai_cleanup_line_sql'
LANGUAGE C VOLATILE PARALLEL SAFE;

COMMENT ON FUNCTION ai_cleanup_line() IS
    'the logins that wait for room, in the order in which they will be served';

CREATE VIEW ai_cleanup_line AS SELECT * FROM ai_cleanup_line();

GRANT SELECT ON ai_cleanup_line TO PUBLIC;

CREATE FUNCTION ai_cleanup_reset_stats() RETURNS void
AS 'MODULE_PATHNAME', 'ai_cleanup_reset_stats_sql'
LANGUAGE C VOLATILE PARALLEL SAFE;

REVOKE ALL ON FUNCTION ai_cleanup_reset_stats() FROM PUBLIC;

COMMENT ON FUNCTION ai_cleanup_reset_stats() IS
    'counts anew from zero; the journal stays';

CREATE FUNCTION ai_cleanup_journal(
    OUT ended_at timestamptz,
    OUT pid integer,
    OUT database name,
    OUT role name,
    OUT application text,
    OUT client_addr inet,
    OUT client_port integer,
    OUT idle_for interval,
    OUT ended_by text,
    OUT asker_pid integer,
    OUT asker_role name,
    OUT reason text,
    OUT outcome text
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ai_cleanup_journal_sql'
LANGUAGE C VOLATILE PARALLEL SAFE;

COMMENT ON FUNCTION ai_cleanup_journal() IS
    'the last sessions that were ended: when, whose, by whom and why';

CREATE VIEW ai_cleanup_journal AS SELECT * FROM ai_cleanup_journal();

GRANT SELECT ON ai_cleanup_journal TO PUBLIC;

CREATE FUNCTION ai_connections(
    OUT pid integer,
    OUT database name,
    OUT role name,
    OUT application text,
    OUT client_addr inet,
    OUT client_port integer,
    OUT opened_at timestamptz,
    OUT state text,
    OUT idle_for interval,
    OUT idle_timeout interval,
    OUT idle_in_transaction_timeout interval,
    OUT idle_blocker_timeout interval,
    OUT connection_budget integer,
    OUT protected_by text[],
    OUT exempt_by text,
    OUT retires_at timestamptz,
    OUT reason text
) RETURNS SETOF record
AS 'MODULE_PATHNAME', 'ai_connections_sql'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION ai_connections() IS
    'every session, the limits in force for it, and when the worker will end it';

CREATE VIEW ai_connections AS SELECT * FROM ai_connections();

GRANT SELECT ON ai_connections TO PUBLIC;

-- Who leaks: sessions that are there, and those that had to be ended.
CREATE VIEW ai_leaks AS
SELECT database, role, application, client_addr,
       count(*) FILTER (WHERE NOT ended) AS sessions,
       count(*) FILTER (WHERE idle) AS idle,
       max(idle_for) FILTER (WHERE idle) AS longest_idle,
       count(*) FILTER (WHERE ended) AS retired,
       max(ended_at) AS last_retired_at
FROM (
    SELECT database, role, application, client_addr, false AS ended, state = 'idle' AS idle, idle_for,
           NULL::timestamptz AS ended_at
    FROM ai_connections
    UNION ALL
    SELECT database, role, application, client_addr, true, false, NULL, ended_at
    FROM ai_cleanup_journal
    WHERE outcome = 'retired'
) AS sessions
GROUP BY database, role, application, client_addr;

COMMENT ON VIEW ai_leaks IS
    'sessions by database, role, application and client, and how many of them the journal saw retired';

GRANT SELECT ON ai_leaks TO PUBLIC;
