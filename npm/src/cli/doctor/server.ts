// What doctor says of the server: how full it is, how much of ai_cleanup it has, and settings
// that make a full server likely.
import { literal } from '../../database/connection.js';
import { lackOf } from '../../database/diagnosis.js';
import { hasExtension, limitOf, type Server } from '../../database/server.js';
import { isSession, readCount } from '../../database/sessions.js';
import { several } from '../../words.js';
import { type Finding, fine, hint, problem } from '../finding.js';
import type { Visit } from '../visit.js';

export async function examineServer(
  visit: Visit,
  processes: number,
  pool: number,
): Promise<Finding[]> {
  const { server } = visit;
  return [
    wayIn(visit),
    extension(visit),
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

function extension({ server }: Visit): Finding {
  const lack = lackOf(server);
  if (lack === undefined) {
    return fine('extension', `ai_cleanup ${server.extension} is loaded, created and switched on.`);
  }
  const { id, message, remedy } = lack;
  return (id === 'enabled' ? hint : problem)(id, message, ...remedy);
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
