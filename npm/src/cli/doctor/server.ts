// What doctor says of the server: how full it is, how much of ai_cleanup it has, and settings
// that make a full server likely.
import { literal } from '../../database/connection.js';
import { hasExtension, limitOf, type Server } from '../../database/server.js';
import { isSession, readCount } from '../../database/sessions.js';
import type { Remedy } from '../../problem.js';
import { type Finding, fine, hint, problem } from '../finding.js';
import type { Visit } from '../visit.js';
import { several } from '../words.js';

export async function examineServer(
  visit: Visit,
  processes: number,
  pool: number,
): Promise<Finding[]> {
  const { server } = visit;
  return [
    wayIn(visit),
    await extension(visit),
    await fullness(visit),
    ...pools(server, processes, pool),
    ...role(server),
    ...(await openTransactions(visit)),
    ...(await lostClients(visit)),
  ];
}

function wayIn({ connection, server }: Visit): Finding {
  return connection.way === 'session'
    ? fine('connection', `PostgreSQL ${server.version} lets us in as ${server.role}.`)
    : problem(
        'connection',
        'Every connection slot is taken; we came in by a replication connection.',
        'ai-cleanup, and if that does not help: ai-cleanup force',
      );
}

async function extension({ connection, server }: Visit): Promise<Finding> {
  const { database, enabled, available, extension } = server;
  if (enabled === null && available === null) {
    return problem(
      'extension',
      'The server does not have the extension ai_cleanup.',
      'Install it on the server, as its README says; then run ai-cleanup doctor again.',
    );
  }
  if (enabled === null) {
    return problem(
      'preload',
      'ai_cleanup is installed, but not loaded: the server was not started with it.',
      ...(await preload(connection)),
    );
  }
  if (extension === null) {
    return problem(
      'create',
      `ai_cleanup works, but its functions are not in ${database}.`,
      'CREATE EXTENSION ai_cleanup;  in that database, as its owner',
    );
  }
  if (available !== null && available !== extension) {
    return problem(
      'update',
      `ai_cleanup ${extension} is in ${database}, and ${available} is installed.`,
      'ALTER EXTENSION ai_cleanup UPDATE;',
    );
  }
  return enabled
    ? fine('extension', `ai_cleanup ${extension} is loaded, created and switched on.`)
    : hint(
        'enabled',
        'ai_cleanup is switched off: it ends sessions only when it is called.',
        "As a superuser: ALTER SYSTEM SET ai_cleanup.enabled = 'on'; SELECT pg_reload_conf();",
      );
}

/** What to say to load it: what is in the setting now has to stay there. */
async function preload(connection: Visit['connection']): Promise<Remedy> {
  const [row] = await connection
    .rows<{ now: string }>("SELECT current_setting('shared_preload_libraries') AS now")
    .catch(() => []); // not every role may see it
  const others = (row?.now ?? '').split(/\s*,\s*/).filter((library) => library !== '');
  const list = [...others, 'ai_cleanup'].map((library) => `'${library}'`).join(', ');
  return [
    `As a superuser: ALTER SYSTEM SET shared_preload_libraries = ${list};`,
    ...(row === undefined
      ? ['But if SHOW shared_preload_libraries names others, put them in front of it.']
      : []),
    'Then restart PostgreSQL (sudo service postgresql restart, docker compose restart).',
  ];
}

async function fullness({ connection, server }: Visit): Promise<Finding> {
  const count = await readCount(connection, server);
  const limit = limitOf(server);
  const what = `${count.server} of ${limit} connections are in use, ${count.database} to ${server.database}.`;
  return count.server >= limit * 0.8
    ? problem(
        'fullness',
        what,
        'ai-cleanup status says whose they are; ai-cleanup ends the idle ones.',
      )
    : fine('fullness', what);
}

/** What the project's processes may open together, against what there is. */
function pools(server: Server, processes: number, pool: number): Finding[] {
  const limit = server.maxConnections - server.reserved;
  const needed = processes * pool;
  const sum = `${several(processes, 'process', 'processes')} of this project × a pool of ${pool} = ${needed} connections`;
  if (processes === 0) {
    return [];
  }
  return needed > limit
    ? [
        problem(
          'pools',
          `${sum}, more than the ${limit} that ordinary roles have.`,
          'End some of them, or give their pools a smaller max (--pool says here what it is).',
          `With ai_cleanup, as a superuser: ALTER DATABASE ${quote(server.database)} SET ai_cleanup.connection_budget = ${Math.max(1, Math.floor(limit / 2))};`,
        ),
      ]
    : [fine('pools', `${sum}, of ${limit} that ordinary roles have.`)];
}

function role(server: Server): Finding[] {
  return server.superuser
    ? [
        hint(
          'superuser',
          `${server.role} is a superuser, so the application also takes the slots kept for you.`,
          'Give the application a role of its own: CREATE ROLE app LOGIN PASSWORD …; ' +
            `ALTER DATABASE ${quote(server.database)} OWNER TO app;`,
        ),
      ]
    : [];
}

/** Transactions that somebody has opened and forgotten: nobody may end these for being idle. */
export async function openTransactions(
  { connection, server }: Omit<Visit, 'address'>,
  patience = '1 minute',
): Promise<Finding[]> {
  const open = await connection.rows<{ pid: number; seconds: number; application: string }>(`
    SELECT pid, application_name AS application,
           extract(epoch FROM clock_timestamp() - state_change)::int AS seconds
      FROM pg_stat_activity
     WHERE ${isSession} AND datname = current_database() AND state LIKE 'idle in transaction%'
       AND state_change < clock_timestamp() - interval ${literal(patience)}
     ORDER BY 3 DESC`);
  const remedy = hasExtension(server)
    ? `ALTER DATABASE ${quote(server.database)} SET ai_cleanup.idle_in_transaction_timeout = '5min';`
    : `ALTER DATABASE ${quote(server.database)} SET idle_in_transaction_session_timeout = '5min';`;
  return open.map(({ pid, seconds, application }) =>
    problem(
      'transaction',
      `pid ${pid} (${application || 'no name'}) has done nothing in its transaction for ${seconds} s.`,
      `To end it: SELECT pg_terminate_backend(${pid});`,
      `So that it does not happen again, as a superuser: ${remedy}`,
    ),
  );
}

/** Without this check a statement of a client that was killed runs to its end. */
async function lostClients({ connection, server }: Visit): Promise<Finding[]> {
  const [row] = await connection.rows<{ off: boolean }>(
    "SELECT current_setting('client_connection_check_interval', true) = '0' AS off",
  );
  return row?.off === true
    ? [
        hint(
          'lost_clients',
          'A statement whose client was killed runs on to its end, and keeps its slot for so long.',
          `ALTER DATABASE ${quote(server.database)} SET client_connection_check_interval = '10s';`,
        ),
      ]
    : [];
}

function quote(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
