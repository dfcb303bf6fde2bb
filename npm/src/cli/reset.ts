// The command `ai-cleanup reset`: the quick fix in one step. Ends this project's dev processes (named first,
// and asked for), sees that the ports are free, cleans up, and says "ready".
import { createInterface } from 'node:readline/promises';
import pc from 'picocolors';
import { describe } from '../database/address.js';
import { cleanUp } from '../database/cleanup.js';
import { limitOf } from '../database/server.js';
import { readCount } from '../database/sessions.js';
import { end } from '../processes/end.js';
import { type DevProcess, type Holder, survey } from '../processes/project.js';
import { findProject, scriptsOf } from '../project.js';
import { exit } from './exit.js';
import { table } from './table.js';
import { type VisitOptions, visit } from './visit.js';
import { several } from './words.js';

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
  if (own.length > 0 && !options.yes && !(await confirm(own.length))) {
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

async function confirm(count: number): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error('Not a terminal, so I cannot ask: --yes ends them.');
    return false;
  }
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  const gone = new AbortController();
  // Ctrl+C and Ctrl+D close the dialogue, and its question would never be answered.
  dialogue.once('close', () => gone.abort());
  try {
    const question = `End ${count === 1 ? 'it' : `these ${count}`}? [y/N] `;
    const answer = await dialogue.question(question, { signal: gone.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (!gone.signal.aborted) {
      throw error;
    }
    process.stderr.write('\n');
    return false;
  } finally {
    dialogue.close();
  }
}

function print(options: ResetOptions, report: object): void {
  if (options.json) {
    console.log(JSON.stringify(report));
  }
}
