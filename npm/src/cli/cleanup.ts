// The command `cleanup`, which is the default: ends the idle connections of the database, or with
// force all of them, and says who went, who stayed and why.
import pc from 'picocolors';
import { describe, isLocal } from '../database/address.js';
import { cleanUp, plan, wayOf } from '../database/cleanup.js';
import type { Outcome, Plan } from '../database/outcome.js';
import { limitOf } from '../database/server.js';
import { type Count, readCount } from '../database/sessions.js';
import { several } from '../words.js';
import { confirm } from './confirm.js';
import { exit } from './exit.js';
import { sessionTable } from './session_table.js';
import { extensionState, type Visit, type VisitOptions, visit } from './visit.js';
import type { Wish } from './wish.js';

export interface CleanupOptions extends VisitOptions {
  json?: boolean | undefined;
  idleSeconds?: number | undefined;
  /** Do not ask, whatever the host. */
  yes?: boolean | undefined;
}

export function cleanup(options: CleanupOptions, wish: Wish): Promise<number> {
  return visit(options, async (visit) => {
    const wishes = { force: wish.force, idleSeconds: options.idleSeconds ?? 0 };
    if (!options.json) {
      console.log(heading(visit, wish));
    }
    if (wish.dryRun) {
      const planned = await plan(visit.connection, visit.server, wishes);
      console.log(options.json ? json(visit, wish, planned) : planText(planned));
      return exit.done;
    }
    if (!options.yes && !isLocal(visit.address) && !(await agreed(visit, wish))) {
      console.log(options.json ? json(visit, wish, { declined: true }) : 'Nothing was done.');
      return exit.declined;
    }
    const outcome = await cleanUp(visit.connection, visit.server, wishes);
    const count = await readCount(visit.connection, visit.server);
    console.log(
      options.json ? json(visit, wish, outcome, count) : outcomeText(visit, outcome, count),
    );
    return outcome.remaining > 0 ? exit.partly : exit.done;
  });
}

/** A server elsewhere may be one that others rely on. */
function agreed({ address }: Visit, { force }: Wish): Promise<boolean> {
  const where = describe(address);
  const what = force ? 'End ALL connections, at work or not, of' : 'End the idle connections of';
  return confirm(
    `${what} ${where}, which is not on this machine?`,
    `${where} is not on this machine, and this is not a terminal in which I could ask: --yes.`,
  );
}

function heading(visit: Visit, wish: Wish): string {
  const lines = [pc.bold(describe(visit.address)) + pc.dim(` (${extensionState(visit.server)})`)];
  for (const taken of wish.taken) {
    lines.push(pc.yellow(`Taken: ${taken}.`));
  }
  for (const ignored of wish.ignored) {
    lines.push(pc.yellow(`Not taken: ${ignored}.`));
  }
  if (visit.connection.way === 'walsender') {
    lines.push(pc.dim('Every slot is taken; came in by a replication connection.'));
  }
  if (wayOf(visit.connection, visit.server).by === 'sql') {
    lines.push(
      pc.yellow('Without the extension, by plain SQL. That cannot promise that no work is killed:'),
      pc.yellow('a session that goes to work just when it is ended loses that work.'),
      pc.yellow('ai-cleanup doctor says how to get the extension.'),
    );
  }
  return lines.join('\n');
}

function planText({ go, stay }: Plan): string {
  return [
    `Would end ${several(go.length, 'session')}, and leave ${stay.length}. Nothing was done.`,
    sessionTable(['would go', go], ['would stay', stay]),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function outcomeText(visit: Visit, outcome: Outcome, count: Count): string {
  const { went, stayed, remaining, notices } = outcome;
  return [
    sessionTable([pc.green('went'), went], ['stayed', stayed]),
    ...notices,
    pc.bold(`${several(went.length, 'session')} ended, ${stayed.length} stayed.`) +
      ` In use now: ${count.server} of ${limitOf(visit.server)} connections.`,
    ...(remaining > 0
      ? [
          pc.red(
            `${several(remaining, 'session')} that should have ended ${remaining === 1 ? 'is' : 'are'} still there.`,
          ),
        ]
      : []),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function json(
  visit: Visit,
  wish: Wish,
  result: Plan | Outcome | { declined: true },
  count?: Count,
): string {
  return JSON.stringify({
    command: 'cleanup',
    database: visit.server.database,
    ...wayOf(visit.connection, visit.server),
    ...wish,
    ...result,
    ...(count === undefined ? {} : { connections: { ...count, limit: limitOf(visit.server) } }),
  });
}
