/* extension/ai_cleanup--1.0.sql */

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
    OUT login_waits bigint[]
) RETURNS record
AS 'MODULE_PATHNAME', 'ai_cleanup_stats_sql'
LANGUAGE C VOLATILE PARALLEL SAFE;

COMMENT ON FUNCTION ai_cleanup_stats() IS
    'what ai_cleanup did since the server started';

CREATE VIEW ai_cleanup_stats AS SELECT * FROM ai_cleanup_stats();

GRANT SELECT ON ai_cleanup_stats TO PUBLIC;

COMMENT ON COLUMN ai_cleanup_stats.login_waits IS
    'logins by how long they waited: up to 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000 ms, and longer';
