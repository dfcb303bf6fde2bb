// The clean-up without the extension: pg_stat_activity and pg_terminate_backend(), as scripts do
// it. What cannot be had in this way: a session that goes to work between our look at it and the
// signal is ended at work; and we need a connection of our own. Called by cleanup.ts only.
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../error_code.js';
import type { Connection } from './connection.js';
import type { Outcome, Plan, Session, Wishes } from './outcome.js';
import { protectionReason } from './protection.js';
import { isSession } from './sessions.js';

interface Seen extends Session {
  /** With the pid, what makes it this session and no other. */
  startedAt: string | null;
  /** It only looks idle. */
  isSpared: boolean;
}

const insufficientPrivilege = '42501';
const patienceMs = 5000;

export async function planPlainly(connection: Connection, wishes: Wishes): Promise<Plan> {
  const all = await look(connection);
  return {
    go: all.filter((session) => isToGo(session, wishes)).map(toGo(wishes)),
    stay: all.filter((session) => !isToGo(session, wishes)),
  };
}

export async function cleanUpPlainly(connection: Connection, wishes: Wishes): Promise<Outcome> {
  const all = await look(connection);
  const asked: Seen[] = [];
  const refused = new Map<number, string>();
  for (const session of all.filter((session) => isToGo(session, wishes))) {
    try {
      if (await terminate(connection, session, wishes)) {
        asked.push(session);
      }
    } catch (error) {
      if (codeOf(error) !== insufficientPrivilege) {
        throw error;
      }
      refused.set(session.pid, 'our role may not end it');
    }
  }
  const leaving = await waitForEnd(connection, asked);
  const went = asked.filter((session) => !leaving.has(session.pid)).map(toGo(wishes));
  const here = new Set(all.map((session) => session.pid));
  const stayed = (await look(connection))
    .filter((session) => here.has(session.pid))
    .map((session) => ({
      ...session,
      reason:
        refused.get(session.pid) ??
        (leaving.has(session.pid) ? 'is still leaving' : session.reason),
    }));
  return {
    went,
    stayed,
    remaining: leaving.size + (wishes.force === true ? refused.size : 0),
    notices: connection.notices(),
  };
}

function look(connection: Connection): Promise<Seen[]> {
  return connection.rows<Seen>(`
    SELECT pid, role, application, client, state, "startedAt", "idleSeconds",
           coalesce(protection, doing) AS reason, protection IS NOT NULL AS "isSpared"
      FROM (${sessions}) AS seen
     ORDER BY "idleSeconds" DESC NULLS LAST, pid`);
}

const sessions = `
    SELECT pid, usename AS role, application_name AS application, host(client_addr) AS client,
           state, backend_start::text AS "startedAt",
           CASE WHEN state = 'idle'
                THEN extract(epoch FROM clock_timestamp() - state_change)::float8
           END AS "idleSeconds",
           CASE state WHEN 'idle' THEN 'is idle'
                      WHEN 'active' THEN 'executes a statement'
                      WHEN 'idle in transaction' THEN 'is in a transaction'
                      WHEN 'idle in transaction (aborted)' THEN 'is in a failed transaction'
                      WHEN 'fastpath function call' THEN 'executes a function'
                      ELSE 'our role may not see what it does' END AS doing,
           CASE WHEN state = 'idle' THEN ${protectionReason} END AS protection
      FROM pg_stat_activity a
     WHERE ${isSession} AND datname = current_database() AND pid <> pg_backend_pid()`;

function isToGo(session: Seen, wishes: Wishes): boolean {
  return (
    wishes.force === true ||
    (session.state === 'idle' &&
      !session.isSpared &&
      (session.idleSeconds ?? 0) >= (wishes.idleSeconds ?? 0))
  );
}

function toGo(wishes: Wishes): (session: Seen) => Session {
  return ({ startedAt: _, isSpared: __, ...session }) => ({
    ...session,
    reason: wishes.force === true ? 'all are ended' : session.reason,
  });
}

/** Looks once more in the statement that ends it, which makes the gap small; it does not close it. */
async function terminate(connection: Connection, session: Seen, wishes: Wishes): Promise<boolean> {
  const [answer] = await connection.rows<{ done: boolean }>(`
    SELECT pg_terminate_backend(pid) AS done FROM pg_stat_activity
     WHERE pid = ${session.pid}
       AND backend_start IS NOT DISTINCT FROM ${session.startedAt === null ? 'NULL' : `'${session.startedAt}'::timestamptz`}
       ${wishes.force === true ? '' : "AND state = 'idle'"}`);
  return answer?.done === true;
}

/** Returns the pids of those who have not ended in time. */
async function waitForEnd(connection: Connection, asked: Seen[]): Promise<Set<number>> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const here = new Map((await look(connection)).map((session) => [session.pid, session]));
    const leaving = asked.filter(({ pid, startedAt }) => here.get(pid)?.startedAt === startedAt);
    if (leaving.length === 0 || Date.now() > deadline) {
      return new Set(leaving.map((session) => session.pid));
    }
    await sleep(20);
  }
}
