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

CREATE FUNCTION ai_conn_count(
    database name DEFAULT current_database()
) RETURNS integer
AS 'MODULE_PATHNAME', 'ai_conn_count_sql'
LANGUAGE C VOLATILE PARALLEL SAFE;

COMMENT ON FUNCTION ai_conn_count(name) IS
    'counts the sessions of a database, or with NULL those of the whole server';
