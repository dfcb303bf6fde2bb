// The clean-up itself: with the extension SELECT ai_cleanup(), without it the plain SQL way.
// Called by the commands cleanup and reset, and by the panel.
import { type Connection, literal, type Way } from './connection.js';
import type { Outcome, Plan, Session, Wishes } from './outcome.js';
import { cleanUpPlainly, planPlainly } from './plain.js';
import { hasExtension, type Server } from './server.js';
import { readOwnEndings } from './sessions.js';

interface Planned extends Session {
  verdict: 'retire' | 'terminate' | 'leave';
}

/** Who would go, and who would stay and why. Ends nobody. */
export async function plan(
  connection: Connection,
  server: Server,
  wishes: Wishes = {},
): Promise<Plan> {
  if (!hasExtension(server)) {
    return planPlainly(connection, wishes);
  }
  const all = await planned(connection, server, wishes);
  return {
    go: all.filter((session) => session.verdict !== 'leave'),
    stay: all.filter((session) => session.verdict === 'leave'),
  };
}

export async function cleanUp(
  connection: Connection,
  server: Server,
  wishes: Wishes = {},
): Promise<Outcome> {
  if (!hasExtension(server)) {
    return cleanUpPlainly(connection, wishes);
  }
  const before = await planned(connection, server, wishes);
  const [start] = await connection.rows<{ now: string }>('SELECT clock_timestamp()::text AS now');
  connection.notices();
  await connection.rows(
    `SELECT ${server.schema}.ai_cleanup(force => ${wishes.force === true},
                                        idle_for => ${literal(interval(wishes))})`,
  );
  const notices = connection.notices();
  const endings = await readOwnEndings(connection, server, start?.now ?? '-infinity');
  const known = new Map(before.map((session) => [session.pid, session]));
  const went = endings.map((ending) => ({
    pid: ending.pid,
    role: ending.role,
    application: ending.application,
    client: known.get(ending.pid)?.client ?? null,
    state: known.get(ending.pid)?.state ?? null,
    idleSeconds: ending.idleSeconds,
    reason: ending.reason,
  }));
  const stillLeaving = notices.some((notice) => notice.startsWith('WARNING'));
  const stayed = (await planned(connection, server, wishes)).filter(({ pid }) => known.has(pid));
  return {
    went,
    stayed: stayed.map((session) => ({ ...session, reason: whyHere(session, stillLeaving) })),
    remaining: stayed.filter(({ verdict }) => wishes.force || (stillLeaving && verdict !== 'leave'))
      .length,
    notices,
  };
}

/** Why it is here after the call: the plan's reason, if it was not to go. */
function whyHere({ verdict, reason }: Planned, stillLeaving: boolean): string {
  if (verdict === 'leave') {
    return reason;
  }
  return stillLeaving ? 'is still leaving' : 'was at work when it was asked';
}

/** Which way the work is done, for people. */
export function wayOf(
  connection: Connection,
  server: Server,
): { by: 'extension' | 'sql'; way: Way } {
  return { by: hasExtension(server) ? 'extension' : 'sql', way: connection.way };
}

function planned(connection: Connection, server: Server, wishes: Wishes): Promise<Planned[]> {
  return connection.rows<Planned>(`
    SELECT pid, role, application, host(client_addr) AS client, state,
           extract(epoch FROM idle_for)::float8 AS "idleSeconds", verdict, reason
      FROM ${server.schema}.ai_cleanup_plan(force => ${wishes.force === true},
                                            idle_for => ${literal(interval(wishes))})
     WHERE pid <> pg_backend_pid()
     ORDER BY idle_for DESC NULLS LAST, pid`);
}

function interval(wishes: Wishes): string {
  return `${wishes.idleSeconds ?? 0} seconds`;
}
