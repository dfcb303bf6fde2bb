// ai-cleanup/register, as a project uses it: naive programs, each in a process of its own, on a real
// server. The copy of pg is loaded by ESM, by CommonJS, or is part of what a bundler has made.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { rolldown } from 'rolldown';
import { Cluster } from './cluster.js';
import { execute, type Finished } from './command.js';
import { Project } from './project.js';

let cluster: Cluster;
let project: Project;
before(async () => {
  // Off, so that naive code runs into the limit as it does without us.
  cluster = await Cluster.start({
    settings: ['max_connections = 20', 'ai_cleanup.enabled = off'],
  });
  project = new Project({}, cluster.url());
  mkdirSync(join(project.folder, 'src'));
});
after(async () => {
  project.remove();
  await cluster.stop();
});

function write(file: string, content: string): void {
  writeFileSync(join(project.folder, file), content);
}

function run(file: string, environment: Record<string, string> = {}): Promise<Finished> {
  const args = ['--import', 'ai-cleanup/register', file];
  return execute(process.execPath, args, {
    folder: project.folder,
    environment: { DATABASE_URL: cluster.url(), ...environment },
  });
}

const db = `
  export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, idleTimeoutMillis: 0 });
`;
const names = `
  const { rows } = await latest.query(
    "SELECT application_name AS name FROM pg_stat_activity WHERE usename = 'app'");
  console.log(JSON.stringify(rows));
  process.exit();
`;

test('without it 40 reloads are too many, or these tests would show nothing', async () => {
  write('src/db.mjs', `import pg from 'pg'; ${db}`);
  write(
    'esm.mjs',
    `let latest;
     for (let load = 1; load <= 40; load++) {
       latest = (await import('./src/db.mjs?' + load)).pool;
       await latest.query('SELECT 1');
     }
     ${names}`,
  );
  const { code, stderr } = await execute(process.execPath, ['esm.mjs'], {
    folder: project.folder,
    environment: { DATABASE_URL: cluster.url() },
  });
  assert.equal(code, 1);
  assert.match(stderr, /53300|57P05/);
});

test('ESM: 40 reloads, one connection, and it says whose and from where', async () => {
  const { code, stdout, stderr } = await run('esm.mjs');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^\[\{"name":"shop\/node src\/db\.mjs:2 pid=\d+"\}\]$/m);
  assert.match(stderr, /src\/db\.mjs:2 makes a new pool of connections each time it is loaded/);
});

test('a worker thread has the name of its program', async () => {
  write(
    'worker.mjs',
    `import { createServer } from 'node:http';
     import { isMainThread, Worker } from 'node:worker_threads';
     if (isMainThread) {
       createServer().listen(0, () => {
         new Worker(new URL(import.meta.url)).on('exit', () => process.exit());
       });
     } else {
       const latest = (await import('./src/db.mjs')).pool;
       ${names}
     }`,
  );
  const { stdout } = await run('worker.mjs');
  assert.match(stdout, /^\[\{"name":"shop\/node:\d+ src\/db\.mjs:2 pid=\d+"\}\]$/m);
});

test('CommonJS: the same', async () => {
  write(
    'src/db.cjs',
    `const pg = require('pg'); ${db.replace('export const', 'exports.')}`.replace(
      'exports. pool',
      'exports.pool',
    ),
  );
  write(
    'cjs.cjs',
    `(async () => {
       let latest;
       for (let load = 1; load <= 40; load++) {
         delete require.cache[require.resolve('./src/db.cjs')];
         latest = require('./src/db.cjs').pool;
         await latest.query('SELECT 1');
         await new Promise(setImmediate);
       }
       ${names}
     })();`,
  );
  const { code, stdout, stderr } = await run('cjs.cjs');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^\[\{"name":"shop\/node src\/db\.cjs:2 pid=\d+"\}\]$/m);
});

test('a pg that is part of a bundle, and the place by the source map', async () => {
  write('src/typed.ts', `import pg from 'pg';\n\n\ninterface Unused {}\n${db}`);
  const bundle = await rolldown({
    input: join(project.folder, 'src/typed.ts'),
    platform: 'node',
    external: ['pg-native'],
    logLevel: 'silent',
  });
  await bundle.write({ file: join(project.folder, 'out/bundle.mjs'), sourcemap: true });
  write(
    'bundled.mjs',
    `let latest;
     for (let load = 1; load <= 40; load++) {
       latest = (await import('./out/bundle.mjs?' + load)).pool;
       await latest.query('SELECT 1');
     }
     ${names}`,
  );
  const { code, stdout, stderr } = await run('bundled.mjs');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^\[\{"name":"shop\/node src\/typed\.ts:6 pid=\d+"\}\]$/m);
});

test('code that Vite has in memory, for a framework that has no more of Vite than that', async () => {
  write('src/typed.ts', `import pg from 'pg';\n\n\ninterface Unused {}\n${db}`);
  write(
    'vite.mjs',
    `import { createServer } from 'vite';
     const server = await createServer({
       server: { middlewareMode: true, ws: false },
       optimizeDeps: { noDiscovery: true },
     });
     let latest;
     for (let load = 1; load <= 40; load++) {
       server.moduleGraph.invalidateAll();
       latest = (await server.ssrLoadModule('/src/typed.ts')).pool;
       await latest.query('SELECT 1');
     }
     ${names}`,
  );
  const { code, stdout, stderr } = await run('vite.mjs');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^\[\{"name":"shop\/\w+ src\/typed\.ts:6 pid=\d+"\}\]$/m);
});

test('pools that are made in one go are siblings, and so are those with other options', async () => {
  write(
    'siblings.mjs',
    `import pg from 'pg';
     const make = (more) =>
       new pg.Pool({ connectionString: process.env.DATABASE_URL, idleTimeoutMillis: 0, ...more });
     const pools = [make(), make()];
     await Promise.all(pools.map((pool) => pool.query('SELECT 1')));
     pools.push(make({ max: 3 }));
     const latest = pools[2];
     await latest.query('SELECT 1');
     ${names}`,
  );
  const { stdout } = await run('siblings.mjs');
  assert.equal((JSON.parse(stdout) as unknown[]).length, 3);
});

test('a pool that is larger than the server makes do with what there is, and says so', async () => {
  write(
    'large.mjs',
    `import pg from 'pg';
     const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 30 });
     await Promise.all(Array.from({ length: 30 }, () => pool.query('SELECT pg_sleep(0.1)')));
     console.log('answered');
     process.exit();`,
  );
  const { code, stdout, stderr } = await run('large.mjs');
  assert.equal(code, 0, stderr);
  assert.equal(stdout, 'answered\n');
  assert.match(
    stderr,
    /^\[ai-cleanup\] The server has refused the pool of large\.mjs:2 another connection; it has \d+\.\n {2}Requests wait/m,
  );
});

test('a lone client that nobody listens to: its connection ends, the process does not', async () => {
  const end = `psql '${cluster.url('postgres', 'app')}' -qAtc "SELECT ai_cleanup(true)"`;
  write(
    'lone.mjs',
    `import { exec } from 'node:child_process';
     import pg from 'pg';
     const client = new pg.Client(process.env.DATABASE_URL);
     await client.connect();
     const ended = new Promise((resolve) => client.once('end', resolve));
     exec(${JSON.stringify(end)});
     await ended;
     console.log('alive');`,
  );
  const { code, stdout, stderr } = await run('lone.mjs');
  assert.deepEqual([code, stdout], [0, 'alive\n'], stderr);
  assert.match(stderr, /The database closed a connection: .*\n.*Nobody listened/);
});

test('in production it says that it does nothing, and does nothing', async () => {
  const { code, stderr } = await run('esm.mjs', { NODE_ENV: 'production' });
  assert.match(stderr, /NODE_ENV is production: ai-cleanup\/register does nothing/);
  assert.equal(code, 1, 'the leak is as it was');
});

test('a tool that turns to production later has no guard either', async () => {
  write('late.mjs', "process.env.NODE_ENV = 'production'; await import('./esm.mjs');");
  assert.equal((await run('late.mjs')).code, 1);
});

test('a name that somebody has given stays', async () => {
  const { stdout } = await run('esm.mjs', { PGAPPNAME: 'mine' });
  assert.match(stdout, /^\[\{"name":"mine"\}\]$/m);
  const url = `${cluster.url()}?application_name=theirs`;
  assert.match((await run('esm.mjs', { DATABASE_URL: url })).stdout, /^\[\{"name":"theirs"\}\]$/m);
});

test('the server is told that we listen, if it wants to know, and hears no error if not', async () => {
  write(
    'told.mjs',
    `import pg from 'pg';
     const latest = new pg.Pool({ connectionString: process.env.DATABASE_URL });
     const { rows } = await latest.query("SELECT current_setting('ai_cleanup.tell_client', true) AS told");
     console.log(rows[0].told);
     process.exit();`,
  );
  const without = await Cluster.start({ extension: false });
  try {
    const environment = { DATABASE_URL: without.url() };
    assert.equal((await run('told.mjs', environment)).stdout, 'null\n');
    // As a server has it that knows the setting.
    await without.query("ALTER ROLE app SET ai_cleanup.tell_client = 'when_it_asks'");
    assert.equal((await run('told.mjs', environment)).stdout, 'at_once\n');
    const options = `${without.url()}?options=-c%20ai_cleanup.tell_client%3Dwhen_it_asks`;
    assert.equal((await run('told.mjs', { DATABASE_URL: options })).stdout, 'when_it_asks\n');
    assert.doesNotMatch(without.log, /ERROR|FATAL/);
  } finally {
    await without.stop();
  }
});

test('it keeps no program alive', async () => {
  write('nothing.mjs', "import pg from 'pg'; new pg.Pool();");
  const { code } = await run('nothing.mjs');
  assert.equal(code, 0);
});
