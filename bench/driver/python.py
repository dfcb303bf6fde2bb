"""One driver of Python for bench/drivers: `python3 python.py WAY`; see node.mjs."""
import asyncio
import os
import sys

where = f"host={os.environ['PGHOST']} port={os.environ['PGPORT']} user={os.environ['PGUSER']}"
where += f" dbname={os.environ['PGDATABASE']}"


def psycopg2():
    import psycopg2

    connection = psycopg2.connect(where)
    connection.autocommit = True
    return lambda: connection.cursor().execute("SELECT 1")


def psycopg():
    import psycopg

    connection = psycopg.connect(where, autocommit=True)
    return lambda: connection.execute("SELECT 1")


def psycopg_pool(**how):
    from psycopg_pool import ConnectionPool

    pool = ConnectionPool(where, min_size=1, max_size=1, **how)

    def query():
        with pool.connection() as connection:
            connection.execute("SELECT 1")

    return query


def check_connection():
    from psycopg_pool import ConnectionPool

    return ConnectionPool.check_connection  # from 3.2 on


def sqlalchemy(**how):
    from sqlalchemy import create_engine, text

    host, port = os.environ["PGHOST"], os.environ["PGPORT"]
    engine = create_engine(
        f"postgresql+psycopg2://{os.environ['PGUSER']}@/{os.environ['PGDATABASE']}?host={host}&port={port}", **how
    )

    def query():
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    return query


def asyncpg():
    import asyncpg

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pool = loop.run_until_complete(
        asyncpg.create_pool(
            host=os.environ["PGHOST"],
            port=os.environ["PGPORT"],
            user=os.environ["PGUSER"],
            database=os.environ["PGDATABASE"],
            min_size=1,
            max_size=1,
        )
    )
    return lambda: loop.run_until_complete(pool.execute("SELECT 1"))


ways = {
    "psycopg2": psycopg2,
    "psycopg 3": psycopg,
    "psycopg_pool": psycopg_pool,
    "psycopg_pool, check": lambda: psycopg_pool(check=check_connection()),
    "SQLAlchemy": sqlalchemy,
    "SQLAlchemy, pool_pre_ping": lambda: sqlalchemy(pool_pre_ping=True),
    "asyncpg.Pool": asyncpg,
}


query = ways[sys.argv[1]]()
query()
print("ready", flush=True)
for _ in sys.stdin:
    try:
        query()
        print("works", flush=True)
    except Exception as problem:
        reason = getattr(problem, "orig", problem)
        code = getattr(reason, "sqlstate", None) or getattr(reason, "pgcode", None)
        print("fails:", code or type(reason).__name__, flush=True)
