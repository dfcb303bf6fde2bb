/* extension/ai_cleanup--1.1--1.2.sql */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION ai_cleanup UPDATE TO '1.2'" to load this file. \quit

-- A function's columns cannot be changed. The view is pointed at a new function, so that what
-- was built on the view, and its privileges, stay; the new function then takes the old one's name.
CREATE FUNCTION ai_cleanup_stats_1_2(
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

CREATE OR REPLACE VIEW ai_cleanup_stats AS SELECT * FROM ai_cleanup_stats_1_2() AS stats;

DROP FUNCTION ai_cleanup_stats();

ALTER FUNCTION ai_cleanup_stats_1_2() RENAME TO ai_cleanup_stats;

COMMENT ON FUNCTION ai_cleanup_stats() IS
    'what ai_cleanup did since the counting began';

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
