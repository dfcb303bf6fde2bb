// npm run price: what the guard costs a query. Two programs, one of them with the guard, run the same
// queries in turns; prints the medians of the processor time that each took, which what else the machine
// does changes least, and of their ratio. Not a test: no number of a busy machine should fail one.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { environment } from './app.ts';
import { Database } from './database.ts';

const rounds = 31;
const queries = 1000;
const kinds: Record<string, (pool: pg.Pool) => Promise<unknown>> = {
  'pool.query': (pool) => pool.query('SELECT 1'),
  'pool.query, with a parameter': (pool) => pool.query('SELECT $1::int', [1]),
  'connect, query, release': async (pool) => {
    const client = await pool.connect();
    await client.query('SELECT 1');
    client.release();
  },
};

/** One of the two programs: runs the queries of a kind, and says what each took. */
function serve(): void {
  const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 1 });
  process.on('message', async (kind: string) => {
    const before = process.cpuUsage();
    for (let count = 0; count < queries; count++) {
      await kinds[kind]?.(pool);
    }
    const { user, system } = process.cpuUsage(before);
    process.send?.((user + system) / queries);
  });
  process.on('disconnect', () => process.exit());
}

function program(url: string, ...args: string[]): ChildProcess {
  return fork(fileURLToPath(import.meta.url), {
    env: { ...environment(), DATABASE_URL: url },
    execArgv: ['--import', 'tsx', ...args],
  });
}

async function ask(child: ChildProcess, kind: string): Promise<number> {
  child.send(kind);
  const [micros] = (await once(child, 'message')) as [number];
  return micros;
}

const median = (values: number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

async function compare(): Promise<void> {
  const ends: (() => unknown)[] = [];
  const database = await Database.start({ after: (end) => ends.push(end) });
  const without = program(database.url);
  const guarded = program(database.url, '--import', 'ai-cleanup/register');
  console.log(
    '| µs of processor time a query | without | with the guard | ratio |\n| --- | --- | --- | --- |',
  );
  for (const kind of Object.keys(kinds)) {
    const times: { without: number[]; guarded: number[]; ratio: number[] } = {
      ...{ without: [], guarded: [], ratio: [] },
    };
    for (let round = 0; round <= rounds; round++) {
      const one = await ask(without, kind);
      const other = await ask(guarded, kind);
      if (round === 0) {
        continue; // warm now
      }
      times.without.push(one);
      times.guarded.push(other);
      times.ratio.push(other / one);
    }
    const [first, second] = [median(times.without), median(times.guarded)];
    console.log(
      `| ${kind} | ${first.toFixed(0)} | ${second.toFixed(0)} | ${median(times.ratio).toFixed(3)} |`,
    );
  }
  without.disconnect();
  guarded.disconnect();
  for (const end of ends) {
    await end();
  }
}

if (process.send === undefined) {
  await compare();
} else {
  serve();
}
