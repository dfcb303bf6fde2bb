-- ai_conn_count counts sessions by database, the caller's own among them.
CREATE DATABASE regress_counted;
CREATE EXTENSION ai_cleanup;
SELECT ai_conn_count('regress_counted') AS nobody, ai_conn_count('template0') AS template0;

\set home :DBNAME
\connect regress_counted
CREATE EXTENSION ai_cleanup;
SELECT ai_conn_count() AS here, ai_conn_count('regress_counted') AS by_name,
       ai_conn_count('postgres') AS elsewhere;

-- Sessions from before may still be on the way out.
DO $$
DECLARE
    deadline CONSTANT timestamptz := clock_timestamp() + '1 minute';
BEGIN
    WHILE ai_conn_count(NULL) > 1 LOOP
        ASSERT clock_timestamp() < deadline, 'a session that ended is still counted';
        PERFORM pg_sleep(0.01);
    END LOOP;
END $$;
SELECT ai_conn_count() AS here, ai_conn_count(NULL) AS on_the_server;

-- In a parallel worker as well as in the leader.
CREATE TABLE numbers AS SELECT generate_series(1, 1000) AS i;
ANALYZE numbers;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
EXPLAIN (COSTS OFF) SELECT max(ai_conn_count()) FROM numbers;
SELECT max(ai_conn_count()), min(ai_conn_count('regress_counted')), max(ai_conn_count(NULL)) FROM numbers;

-- The caller's own session is never cleaned up.
SELECT ai_cleanup(), ai_cleanup(true), ai_cleanup(idle_for => '1 hour');
SELECT ai_conn_count();

\connect :home
DROP DATABASE regress_counted;
DROP EXTENSION ai_cleanup;
