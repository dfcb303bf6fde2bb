-- The settings: their bounds, which roles may set them, and what is wrong with a bad list.
SELECT name, vartype, unit, context, min_val, max_val, boot_val
FROM pg_settings WHERE name LIKE 'ai\_cleanup.%' ORDER BY name COLLATE "C";
SELECT name, short_desc, extra_desc
FROM pg_settings WHERE name LIKE 'ai\_cleanup.%' ORDER BY name COLLATE "C";

-- Errors of PostgreSQL's own are known by their SQLSTATE.
\set VERBOSITY sqlstate

-- Of the server: not in a session, not for a role or a database.
SET ai_cleanup.enabled = off;
SET ai_cleanup.databases = 'regress_*';
ALTER ROLE CURRENT_USER SET ai_cleanup.enabled = off;
DO $$ BEGIN
    EXECUTE format('ALTER DATABASE %I SET ai_cleanup.databases = %L', current_database(), '*');
END $$;

-- Of a session, by a superuser.
SET ai_cleanup.idle_timeout = '90min';
SHOW ai_cleanup.idle_timeout;
SET ai_cleanup.idle_timeout = 7200000;
SHOW ai_cleanup.idle_timeout;
SET ai_cleanup.idle_timeout = 2147483647;
SHOW ai_cleanup.idle_timeout;
SET ai_cleanup.idle_timeout = 0;
SHOW ai_cleanup.idle_timeout;
SET ai_cleanup.idle_timeout = -1;
SET ai_cleanup.idle_timeout = 2147483648;
SET ai_cleanup.idle_timeout = 'soon';
SET ai_cleanup.idle_timeout = '10 fortnights';
SHOW ai_cleanup.idle_timeout;
RESET ai_cleanup.idle_timeout;

-- Of a session, by every role.
CREATE ROLE regress_ordinary LOGIN;
SET ROLE regress_ordinary;
SET ai_cleanup.wait_timeout = '2s';
SHOW ai_cleanup.wait_timeout;
SET ai_cleanup.wait_timeout = 0;
SET ai_cleanup.wait_timeout = -1;
RESET ai_cleanup.wait_timeout;
SHOW ai_cleanup.wait_timeout;
SET ai_cleanup.idle_timeout = '1h';
ALTER ROLE regress_ordinary SET ai_cleanup.idle_timeout = 0;
RESET ROLE;

-- Unless a superuser lets a role do it.
GRANT SET ON PARAMETER ai_cleanup.idle_timeout TO regress_ordinary;
SET ROLE regress_ordinary;
SET ai_cleanup.idle_timeout = '1h';
SHOW ai_cleanup.idle_timeout;
RESET ai_cleanup.idle_timeout;
RESET ROLE;
REVOKE SET ON PARAMETER ai_cleanup.idle_timeout FROM regress_ordinary;

-- For one transaction.
SET ai_cleanup.idle_timeout = '2h';
BEGIN;
SET LOCAL ai_cleanup.idle_timeout = '1h';
SHOW ai_cleanup.idle_timeout;
COMMIT;
SHOW ai_cleanup.idle_timeout;

-- For a database and a role; a new session has it.
CREATE DATABASE regress_limited;
ALTER DATABASE regress_limited SET ai_cleanup.idle_timeout = '3h';
ALTER ROLE regress_ordinary SET ai_cleanup.wait_timeout = '7s';
\set superuser :USER
\set home :DBNAME
\connect regress_limited regress_ordinary
SELECT name, setting, source FROM pg_settings
WHERE name IN ('ai_cleanup.idle_timeout', 'ai_cleanup.wait_timeout') ORDER BY name;
\connect :home :superuser
DROP DATABASE regress_limited;
DROP ROLE regress_ordinary;

-- No other name begins with ai_cleanup.
SET ai_cleanup.idle_timeouts = '1h';
SET ai_cleanup.idle.timeout = '1h';
\set VERBOSITY default

-- Lists of databases.
CREATE VIEW file AS
SELECT setting, applied FROM pg_file_settings
WHERE name = 'ai_cleanup.databases' AND sourcefile LIKE '%postgresql.auto.conf';

ALTER SYSTEM SET ai_cleanup.databases = 'dev_*', 'shop?', blog;
TABLE file;
ALTER SYSTEM SET ai_cleanup.databases = '"with, comma", "with ""quotes""" , *';
TABLE file;
ALTER SYSTEM SET ai_cleanup.databases = '';
TABLE file;

ALTER SYSTEM SET ai_cleanup.databases = '"dev_*';
\echo :LAST_ERROR_SQLSTATE
ALTER SYSTEM SET ai_cleanup.databases = 'dev"_*"';
\echo :LAST_ERROR_SQLSTATE
ALTER SYSTEM SET ai_cleanup.databases = 'dev_*,';
\echo :LAST_ERROR_SQLSTATE
ALTER SYSTEM SET ai_cleanup.databases = '"dev" "shop"';
\echo :LAST_ERROR_SQLSTATE
SELECT repeat('x', 64) AS long \gset
ALTER SYSTEM SET ai_cleanup.databases = :'long';
\echo :LAST_ERROR_SQLSTATE
TABLE file;
ALTER SYSTEM RESET ai_cleanup.databases;
TABLE file;
DROP VIEW file;

-- Other lists.
ALTER SYSTEM SET ai_cleanup.exempt_applications = '"psql';
\echo :LAST_ERROR_SQLSTATE
ALTER SYSTEM SET ai_cleanup.exempt_roles = ',';
\echo :LAST_ERROR_SQLSTATE
ALTER SYSTEM SET ai_cleanup.protect = 'listen, everything';
\echo :LAST_ERROR_SQLSTATE
ALTER SYSTEM SET ai_cleanup.protect = 'listen,,lock';
\echo :LAST_ERROR_SQLSTATE
ALTER SYSTEM SET ai_cleanup.protect = LISTEN, lock;
ALTER SYSTEM SET ai_cleanup.protect = '';
ALTER SYSTEM RESET ai_cleanup.protect;
