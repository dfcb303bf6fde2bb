// A throw-away PostgreSQL server with the extension, in a folder of its own, for the tests.
//
// The extension comes from a build of the repository (BUILD, by default ../build) by way of a
// private installation that scripts/stage lays out (STAGE, or a temporary one). PostgreSQL
// refuses to run as root: where we are root, it runs as the user postgres.
import { type ExecFileOptions, execFile, execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The person that PostgreSQL's programs run as. */
const person = process.getuid?.() === 0 ? { uid: id('-u'), gid: id('-g') } : {};

function id(what: '-u' | '-g'): number {
  return Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }));
}

/** A new folder that belongs to that person. */
function ownFolder(prefix: string): string {
  const folder = mkdtempSync(prefix);
  if (person.uid !== undefined) {
    chownSync(folder, person.uid, person.gid);
  }
  return folder;
}

export interface ClusterOptions {
  /** Lines of postgresql.conf, after those that every test has. */
  settings?: string[];
  /** Load the library and create the extension in `app`; true by default. */
  extension?: boolean;
  /** The files of the extension are where PostgreSQL looks for them; true by default. */
  files?: boolean;
  /** How clients prove who they are: initdb's --auth. The password of all is `secret`. */
  auth?: 'trust' | 'scram-sha-256';
}

export class Cluster {
  private constructor(
    /** The cluster's folder: data, log, and the unix socket. */
    readonly folder: string,
    readonly port: number,
    private readonly programs: string,
  ) {}

  /**
   * A running server with the superuser `postgres`, and the ordinary role `app` that owns the
   * database `app`. End it with stop(); it also goes when this process exits.
   */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const extension = options.extension ?? true;
    const folder = ownFolder(join(tmpdir(), 'ai_cleanup.'));
    const programs = await (options.files === false ? layOutWithoutFiles() : findPrograms());
    const cluster = new Cluster(folder, await freePort(), programs);
    process.once('exit', () => cluster.stopNow());
    exitOnSignals();

    await cluster.makeData(options.auth ?? 'trust');
    appendFileSync(
      join(cluster.data, 'postgresql.conf'),
      [
        "listen_addresses = '127.0.0.1'",
        `port = ${cluster.port}`,
        `unix_socket_directories = '${folder}'`,
        'fsync = off',
        ...(extension ? ["shared_preload_libraries = 'ai_cleanup'"] : []),
        ...(options.settings ?? []),
        '',
      ].join('\n'),
    );
    await cluster.startServer();
    await cluster.query("CREATE ROLE app LOGIN PASSWORD 'secret'");
    await cluster.query('CREATE DATABASE app OWNER app');
    if (extension) {
      await cluster.query('CREATE EXTENSION ai_cleanup', 'app');
    }
    return cluster;
  }

  /** What initdb makes; where there is a STAGE, a copy of what it made for the first test. */
  private async makeData(auth: string): Promise<void> {
    const stage = process.env['STAGE'];
    if (stage === undefined) {
      return this.initialise(this.data, auth);
    }
    const template = join(stage, `data-${auth}`);
    if (!existsSync(template)) {
      const fresh = ownFolder(`${template}.`);
      await this.initialise(fresh, auth);
      // If another test was faster, its is as good.
      await rename(fresh, template).catch(() => rmSync(fresh, { recursive: true }));
    }
    await run('cp', ['-R', template, this.data], person);
  }

  private async initialise(data: string, auth: string): Promise<void> {
    const password = join(this.folder, 'password');
    writeFileSync(password, 'secret\n');
    await this.runProgram('initdb', [
      ...['--username=postgres', `--auth=${auth}`, `--pwfile=${password}`],
      ...['--encoding=UTF8', '--locale=C', '--no-sync', `--pgdata=${data}`],
    ]);
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  /** Where whoever runs the tests looks into it afterwards, or beside the data. */
  private get logFile(): string {
    const logs = process.env['SERVER_LOGS'];
    return logs === undefined
      ? join(this.folder, 'log')
      : join(logs, `${basename(this.folder)}.log`);
  }

  get log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** What a client's DATABASE_URL would be; over TCP, as in everyday life. */
  url(role = 'app', database = 'app', password = 'secret'): string {
    return `postgresql://${role}:${password}@127.0.0.1:${this.port}/${database}`;
  }

  /**
   * Runs one statement as the superuser, on a connection of its own: a replication connection,
   * which takes no slot and is not counted as a session.
   */
  async query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    sql: string,
    database = 'postgres',
  ): Promise<Row[]> {
    const config: pg.ClientConfig & { replication: string } = {
      connectionString: this.url('postgres', database),
      replication: 'database',
    };
    const client = new pg.Client(config);
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async startServer(): Promise<void> {
    await this.runProgram('pg_ctl', [
      ...['start', '--wait', '--silent', '--timeout=300'],
      ...[`--pgdata=${this.data}`, `--log=${this.logFile}`],
    ]).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${existsSync(this.logFile) ? this.log : ''}`);
    });
  }

  /** Stops the server and leaves its folder, so that it can be started again. */
  async stopServer(): Promise<void> {
    await this.runProgram('pg_ctl', [
      ...['stop', '--wait', '--silent', '--timeout=300', '--mode=immediate'],
      `--pgdata=${this.data}`,
    ]);
  }

  async stop(): Promise<void> {
    if (existsSync(join(this.data, 'postmaster.pid'))) {
      await this.stopServer();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private stopNow(): void {
    const pidFile = join(this.data, 'postmaster.pid');
    if (existsSync(pidFile)) {
      process.kill(Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGQUIT');
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async runProgram(program: string, args: string[]): Promise<void> {
    const options: ExecFileOptions = { ...person, cwd: this.folder, env: environment() };
    await run(join(this.programs, program), args, options);
  }
}

let exitsOnSignals = false;

/** An interrupted test stops its servers, too: by itself a signal ends us without 'exit'. */
function exitOnSignals(): void {
  if (!exitsOnSignals) {
    exitsOnSignals = true;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => process.exit(1));
    }
  }
}

/** Deaf to the PG... settings of whoever runs the tests. */
function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([variable]) => !/^PG[A-Z]/.test(variable)),
  );
}

let programs: Promise<string> | undefined;

function findPrograms(): Promise<string> {
  programs ??= layOutPrograms();
  return programs;
}

async function layOutPrograms(): Promise<string> {
  const stage = process.env['STAGE'];
  if (stage !== undefined) {
    const { stdout } = await run(process.env['PG_CONFIG'] ?? 'pg_config', ['--bindir']);
    return stage + stdout.trim();
  }
  return (await layOut()).programs;
}

/** The same PostgreSQL as if nobody had installed the extension. */
async function layOutWithoutFiles(): Promise<string> {
  const { folder, programs } = await layOut();
  await run('find', [folder, '-name', 'ai_cleanup*', '-delete']);
  return programs;
}

async function layOut(): Promise<{ folder: string; programs: string }> {
  const build = process.env['BUILD'] ?? join(repository, 'build');
  const folder = mkdtempSync(join(tmpdir(), 'ai_cleanup.stage.'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  if (person.uid !== undefined) {
    execFileSync('chmod', ['755', folder]);
  }
  const stage = join(folder, 'stage');
  const { stdout } = await run(join(repository, 'scripts/stage'), [build, stage]);
  return { folder: stage, programs: stdout.trim() };
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') {
          found(address.port);
        } else {
          failed(new Error('the system gave no port'));
        }
      });
    });
  });
}
