// The command `ai-cleanup reset`: the quick fix in one step. Ends this project's dev processes (named first,
// and asked for), sees that the ports are free, cleans up, and says "ready".
import pc from 'picocolors';
import { describe, findAddress, isLocal } from '../database/address.js';
import { cleanUp } from '../database/cleanup.js';
import { limitOf } from '../database/server.js';
import { readCount } from '../database/sessions.js';
import { end } from '../processes/end.js';
import { type DevProcess, type Holder, survey } from '../processes/project.js';
import { findProject, scriptsOf } from '../project.js';
import { several } from '../words.js';
import { confirm } from './confirm.js';
import { exit } from './exit.js';
import { table } from './table.js';
import { type VisitOptions, visit } from './visit.js';

export interface ResetOptions extends VisitOptions {
  json?: boolean | undefined;
  yes?: boolean | undefined;
  dryRun?: boolean | undefined;
  ports: number[];
}

export async function reset(options: ResetOptions): Promise<number> {
  const say = options.json ? () => {} : (text: string) => console.log(text);
  const project = findProject();
  const { own, others } = await survey(project, options.ports);
  say(pc.bold(`Dev processes of ${project}`));
  say(own.length > 0 ? processTable(own) : '  none are running');
  for (const other of others) {
    say(pc.yellow(`  ${strangerText(other)}`));
  }
  const report = { command: 'reset', project, processes: own, others };
  if (options.dryRun) {
    say('Nothing was done.');
    print(options, { ...report, dryRun: true });
    return exit.done;
  }
  if (needsConsent(own.length, options) && !(await agreed(own.length, options))) {
    say('Nothing was done.');
    print(options, { ...report, declined: true });
    return exit.declined;
  }
  const survivors = await end(own);
  if (own.length > 0) {
    say(`${several(own.length - survivors.length, 'process', 'processes')} ended.`);
  }
  for (const survivor of survivors) {
    say(pc.red(`Still there: process ${survivor.pid}. It may be another user's.`));
  }

  const cleaned = await visit(options, async ({ address, connection, server }) => {
    const outcome = await cleanUp(connection, server);
    const count = await readCount(connection, server);
    say(
      `${describe(address)}: ${several(outcome.went.length, 'session')} ended, ` +
        `${outcome.stayed.length} stayed; ` +
        `${count.server} of ${limitOf(server)} connections in use.`,
    );
    return { ...outcome, connections: { ...count, limit: limitOf(server) } };
  });
  const ready = survivors.length === 0 && cleaned.remaining === 0;
  say(ready ? pc.green(pc.bold('Ready.')) + startAgain(project) : pc.red('Not quite ready.'));
  print(options, { ...report, survivors, ...cleaned, ready });
  return ready ? exit.done : exit.partly;
}

function startAgain(project: string): string {
  return 'dev' in scriptsOf(project) ? ' Start again: npm run dev' : '';
}

function processTable(processes: DevProcess[]): string {
  return table(
    ['pid#', 'ports', 'started', 'command', ''],
    processes.map((one) => [
      one.pid,
      one.ports.join(', ') || '-',
      one.startedAt?.toTimeString().slice(0, 8) ?? '?',
      one.command,
      one.orphaned ? pc.yellow('left behind') : '',
    ]),
  );
}

function strangerText({ port, pid, command, folder }: Holder): string {
  return (
    `Port ${port} is held by process ${pid} (${command}) ` +
    `${folder === undefined ? '' : `in ${folder}, `}not of this project: left alone.`
  );
}

function needsConsent(count: number, options: ResetOptions): boolean {
  return options.yes !== true && (count > 0 || !isLocal(findAddress(options.url)));
}

/** The host is named where it is another one: then it is not only about this machine. */
function agreed(count: number, options: ResetOptions): Promise<boolean> {
  const address = findAddress(options.url);
  const where = isLocal(address) ? '' : `, and clean up ${describe(address)}`;
  return confirm(
    `End ${count === 1 ? 'it' : `these ${count}`}${where}?`,
    'Not a terminal, so I cannot ask: --yes ends them.',
  );
}

function print(options: ResetOptions, report: object): void {
  if (options.json) {
    console.log(JSON.stringify(report));
  }
}
