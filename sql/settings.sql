-- The settings: their bounds, who may set them, and what is wrong with a bad list.
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
SELECT format('ALTER DATABASE %I SET ai_cleanup.databases = %L', current_database(), '*') \gexec

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

-- Of a session, by everybody.
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
BEGIN;
SET LOCAL ai_cleanup.idle_timeout = '1h';
SHOW ai_cleanup.idle_timeout;
COMMIT;
SHOW ai_cleanup.idle_timeout;

-- For a database and a role; a new session has it.
CREATE DATABASE regress_limited;
ALTER DATABASE regress_limited SET ai_cleanup.idle_timeout = '3h';
ALTER ROLE regress_ordinary SET ai_cleanup.wait_timeout = '7s';
\connect regress_limited regress_ordinary
SELECT name, setting, source FROM pg_settings
WHERE name IN ('ai_cleanup.idle_timeout', 'ai_cleanup.wait_timeout') ORDER BY name;
\connect regression -
RESET ROLE;
\connect - :USER
SELECT current_user = session_user;
