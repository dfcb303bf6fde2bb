// Sessions and leaks as tables: who they are, as far as we may know.
import type { Session } from '../database/outcome.js';
import type { Leak } from '../database/sessions.js';
import { duration } from '../words.js';
import { table } from './table.js';

const most = 20;

/** The sessions by what became of them, one a line, with the reason. */
export function sessionTable(...parts: [what: string, sessions: Session[]][]): string {
  const rows = parts.flatMap(([what, sessions]) =>
    sessions
      .slice(0, most)
      .map((session) => [
        what,
        session.pid,
        session.role,
        session.application || '(no name)',
        session.idleSeconds === null
          ? (session.state ?? '?')
          : `idle ${duration(session.idleSeconds)}`,
        session.reason,
      ]),
  );
  const more = parts
    .filter(([, sessions]) => sessions.length > most)
    .map(([what, sessions]) => `\n  … and ${sessions.length - most} more ${what}`);
  return rows.length === 0
    ? ''
    : table(['', 'pid#', 'role', 'application', 'state', 'why'], rows) + more.join('');
}

export function leakTable(leaks: Leak[], rows = 10): string {
  const withRetired = leaks.some((leak) => leak.retired !== null);
  const drawn = table(
    [
      ...['connections#', 'idle#', 'longest idle#', 'role', 'application', 'from'],
      ...(withRetired ? ['retired so far#'] : []),
    ],
    leaks
      .slice(0, rows)
      .map((leak) => [
        leak.sessions,
        leak.idle ?? '?',
        leak.longestIdleSeconds === null ? '' : duration(leak.longestIdleSeconds),
        leak.role,
        leak.application || '(no name)',
        leak.client ?? 'local socket',
        ...(withRetired ? [leak.retired ?? ''] : []),
      ]),
  );
  return leaks.length > rows ? `${drawn}\n  … and ${leaks.length - rows} more` : drawn;
}
