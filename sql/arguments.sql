-- What is wrong with arguments: the error, its SQLSTATE, and what to do instead.
CREATE EXTENSION ai_cleanup;
CREATE DATABASE regress_empty;

-- NULL.
SELECT ai_cleanup(NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT ai_cleanup(database => NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT ai_cleanup(database => 'regress_empty', idle_for => NULL);
\echo :LAST_ERROR_SQLSTATE
SELECT ai_conn_count(NULL) > 0 AS counts_all;

-- No such database.
SELECT ai_cleanup(database => 'regress_none');
\echo :LAST_ERROR_SQLSTATE
SELECT ai_cleanup(true, 'REGRESS_EMPTY');
\echo :LAST_ERROR_SQLSTATE
SELECT ai_cleanup(database => 'regress_*');
\echo :LAST_ERROR_SQLSTATE
SELECT ai_cleanup(database => '');
\echo :LAST_ERROR_SQLSTATE
SELECT ai_conn_count('regress_none');
\echo :LAST_ERROR_SQLSTATE

-- Intervals, as PostgreSQL compares them: a month is 30 days, a day 24 hours.
SELECT ai_cleanup(database => 'regress_empty', idle_for => '-1 microsecond');
\echo :LAST_ERROR_SQLSTATE
SELECT ai_cleanup(database => 'regress_empty', idle_for => '1 month -31 days');
\echo :LAST_ERROR_SQLSTATE
SELECT ai_cleanup(true, 'regress_empty', '-1 day 23:59:59');
\echo :LAST_ERROR_SQLSTATE
SELECT ai_cleanup(database => 'regress_empty', idle_for => '-178000000 years');
\echo :LAST_ERROR_SQLSTATE
SELECT ai_cleanup(database => 'regress_empty', idle_for => '1 month -30 days');
SELECT ai_cleanup(database => 'regress_empty', idle_for => '-1 day 24:00:00');
SELECT ai_cleanup(database => 'regress_empty', idle_for => '178000000 years');

-- The database is looked up before the interval is looked at, and neither after a NULL.
SELECT ai_cleanup(NULL, NULL, NULL);
SELECT ai_cleanup(NULL, 'regress_none', '-1 s');
SELECT ai_cleanup(false, 'regress_none', '-1 s');

-- Not of these types: PostgreSQL's own errors.
\set VERBOSITY sqlstate
SELECT ai_cleanup('perhaps');
SELECT ai_cleanup(idle_for => 'soon');
SELECT ai_cleanup(idle_for => 60);
SELECT ai_cleanup('regress_empty', true);
SELECT ai_cleanup(false, 'regress_empty', '0', 'more');
SELECT ai_cleanup(database => 'regress_empty', name => 'more');
SELECT ai_conn_count('regress_empty', 'more');
\set VERBOSITY default

-- A name with everything in it.
CREATE DATABASE "Regress ""odd"", *?'%s\";
SELECT ai_cleanup(database => 'Regress "odd", *?''%s\'), ai_conn_count('Regress "odd", *?''%s\');
SELECT ai_conn_count('Regress "odd"');
DROP DATABASE "Regress ""odd"", *?'%s\";

DROP DATABASE regress_empty;
DROP EXTENSION ai_cleanup;
