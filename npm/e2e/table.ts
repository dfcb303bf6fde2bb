// npm run table: what naive code does to a server of 30 slots in 40 saves (in 10 where each of them
// starts the process anew), in each development server: alone, with the extension only, and with the
// extension and the guard. Prints the table of docs/table.md. Not a test: it takes half an hour, and
// its first columns show what goes wrong.
import { run } from './app.ts';
import { Database } from './database.ts';
import { obstacle, type Program, programs, start } from './programs.ts';
import { commands, project, type Runner, testCount } from './runners.ts';

const savesOf = ({ restarts }: Program) => (restarts ? 10 : 40);
const columns = ['nothing', 'extension only', 'plugin or wrapper', 'register'] as const;
type Column = (typeof columns)[number];
type Env = Record<string, string>;

/** What puts the guard up in a column; undefined where there is no such way. */
function guardOf(guards: Record<string, Env>, column: Column): Env | undefined {
  if (column === 'nothing' || column === 'extension only') {
    return {};
  }
  const isRegister = column === 'register';
  return Object.entries(guards).find(([way]) => (way === 'register') === isRegister)?.[1];
}

async function withDatabase(
  column: Column,
  work: (database: Database, owner: { after(end: () => unknown): void }) => Promise<string>,
): Promise<string> {
  const ends: (() => unknown)[] = [];
  const owner = { after: (end: () => unknown) => ends.push(end) };
  try {
    return await work(await Database.start(owner, { extension: column !== 'nothing' }), owner);
  } finally {
    for (const end of ends) {
      await end();
    }
  }
}

const unhandled = /uncaughtException|unhandledRejection|unhandled error/gi;

/** The most connections, and all that is not as it should be. */
function ofProgram(program: Program, env: Env, column: Column): Promise<string> {
  return withDatabase(column, async (database, owner) => {
    const app = await start(owner, database, program, env);
    let failed = 0;
    let most = await database.count();
    for (let save = 1; save <= savesOf(program); save++) {
      const answer = await app.save(`Ada ${save}`).catch(() => undefined);
      if (answer === undefined) {
        return `**dies at save ${save}**`;
      }
      if (!answer.ok) {
        failed += 1;
      }
      most = Math.max(most, await database.count());
    }
    const found = [String(most)];
    if (column !== 'nothing') {
      const ended = await endings(database);
      if (ended > 0) {
        found.push(`${ended} ended to make room`);
      }
    }
    if (failed > 0) {
      found.push(`${failed} requests fail`);
    }
    if (column !== 'nothing') {
      // The connection that is in use is retired, too: does anybody mind?
      await database.cleanUp(false);
      const next = await app.get('/api/info').catch(() => undefined);
      if (next === undefined) {
        return `${found.join(', ')}; **dies when retired**`;
      }
      if (!next.ok) {
        found.push('the first request after a clean-up fails');
      }
      const second = await app.get('/api/info').catch(() => undefined);
      if (!second?.ok) {
        found.push('**and so does the next**');
      }
    }
    const errors = app.server.output.match(unhandled)?.length ?? 0;
    if (errors > 0) {
      found.push(`${errors} unhandled errors`);
    }
    return found.join('; ');
  });
}

async function endings(database: Database): Promise<number> {
  const [row] = await database.cluster.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM ai_cleanup_journal',
    'app',
  );
  return row?.count ?? 0;
}

function ofRunner(runner: Runner, column: Column): Promise<string> {
  return withDatabase(column, async (database, owner) => {
    const output = await run(project(owner, runner), commands[runner], {
      DATABASE_URL: database.url,
      GUARD: column === 'plugin or wrapper' ? runner : '',
      ...(column === 'register' ? { NODE_OPTIONS: '--import ai-cleanup/register' } : {}),
    }).catch((error: Error) => error.message);
    const passed = Number(/Tests:? .*?(\d+) passed/.exec(output)?.[1] ?? 0);
    const errors = Number(/Errors +(\d+) error/.exec(output)?.[1] ?? 0);
    return [
      passed === testCount ? `${passed} tests pass` : `**${passed} of ${testCount} tests pass**`,
      ...(errors > 0 ? [`**${errors} unhandled errors**`] : []),
    ].join('; ');
  });
}

/** Parts of names; all if there are none. */
const asked = process.argv.slice(2);
const isAsked = (name: string) => asked.length === 0 || asked.some((part) => name.includes(part));
console.log(`| ${new Date().toISOString().slice(0, 10)} | ${columns.join(' | ')} |`);
console.log(`| --- |${' --- |'.repeat(columns.length)}`);
for (const [name, program] of Object.entries(programs)) {
  if (!isAsked(name) || obstacle(program) !== undefined) {
    continue;
  }
  const cells: string[] = [];
  for (const column of columns) {
    const env = guardOf(program.guards, column);
    cells.push(env === undefined ? '–' : await ofProgram(program, env, column));
  }
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
for (const [name, runner] of [
  ['Vitest', 'vitest'],
  ['Jest', 'jest'],
] as const) {
  if (!isAsked(name)) {
    continue;
  }
  const cells: string[] = [];
  for (const column of columns) {
    cells.push(await ofRunner(runner, column));
  }
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
