/* extension/ai_cleanup--1.0--1.1.sql */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION ai_cleanup UPDATE TO '1.1'" to load this file. \quit

-- When the last one was retired: a leak that is mended is one that does not come up to date.
CREATE OR REPLACE VIEW ai_leaks AS
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
