-- What the extension installs, and in how many ways it can be called.
CREATE EXTENSION ai_cleanup;
CREATE DATABASE regress_empty;

-- All of it, and nothing else. (In PostgreSQL 18 the row types of views belong to it, too.)
SELECT pg_describe_object(classid, objid, objsubid) AS object
FROM pg_depend JOIN pg_extension ON refobjid = pg_extension.oid
WHERE refclassid = 'pg_extension'::regclass AND extname = 'ai_cleanup' AND deptype = 'e'
    AND classid <> 'pg_type'::regclass
ORDER BY 1;

\df ai_cleanup
\df ai_conn_count

-- Every role may call them; each call looks anew.
SELECT proname, provolatile, proparallel, proisstrict, prosecdef, proretset, proacl
FROM pg_proc WHERE proname IN ('ai_cleanup', 'ai_conn_count') ORDER BY proname, pronargs;

SELECT proname, obj_description(oid, 'pg_proc') FROM pg_proc
WHERE proname IN ('ai_cleanup', 'ai_conn_count') ORDER BY proname, pronargs;

-- Every notation. No session is connected there, and the caller never ends itself.
SELECT ai_cleanup(false, 'regress_empty', '0');
SELECT ai_cleanup(true, 'regress_empty');
SELECT ai_cleanup(force => true, database => 'regress_empty', idle_for => '1 day');
SELECT ai_cleanup(idle_for => interval '5 minutes', database => 'regress_empty');
SELECT ai_cleanup(false, database => 'regress_empty');
SELECT ai_conn_count('regress_empty');
SELECT ai_conn_count(database => 'regress_empty');
SELECT sum(ai_cleanup(database => datname)) FROM pg_database WHERE datname = 'regress_empty';

-- In a transaction, a subtransaction and a read-only transaction.
BEGIN READ ONLY;
SELECT ai_cleanup(database => 'regress_empty');
SAVEPOINT before;
SELECT ai_cleanup(force => true, database => 'regress_empty');
ROLLBACK TO before;
SELECT ai_conn_count('regress_empty');
COMMIT;

-- By an ordinary role.
CREATE ROLE regress_ordinary;
SET ROLE regress_ordinary;
SELECT ai_cleanup(database => 'regress_empty'), ai_conn_count('regress_empty');
RESET ROLE;

-- It can be moved, and every role that may create in the database can create it.
CREATE SCHEMA tools;
ALTER EXTENSION ai_cleanup SET SCHEMA tools;
SELECT tools.ai_cleanup(database => 'regress_empty');
DROP EXTENSION ai_cleanup;
SELECT count(*) FROM pg_proc WHERE proname IN ('ai_cleanup', 'ai_conn_count');

GRANT CREATE ON SCHEMA public TO regress_ordinary;
DO $$ BEGIN
    EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_ordinary', current_database());
END $$;
SET ROLE regress_ordinary;
CREATE EXTENSION ai_cleanup;
SELECT ai_conn_count('regress_empty');
DROP EXTENSION ai_cleanup;
RESET ROLE;
CREATE EXTENSION ai_cleanup SCHEMA tools;
SELECT tools.ai_conn_count('regress_empty');

DROP SCHEMA tools CASCADE;
DROP OWNED BY regress_ordinary;
DROP ROLE regress_ordinary;
DROP DATABASE regress_empty;
