// A private copy of the example app with a development server of its own, for the tests: files to
// save, requests to send, and the server's end.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atEnd, isRunning, killGroup, type Owner } from './owner.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** EXAMPLE may name a copy with other versions of what it is made of. */
export const example = process.env['EXAMPLE'] ?? resolve(here, '../../examples/vite-prisma');

/** The naive database module and what it imports; all apps of apps/ have it, or one of their own. */
const server = join(here, 'apps/server');

/** Of all that is saved, in characters. */
const fileLength = 4096;

export interface AppOptions {
  databaseUrl: string;
  /** Of vite: `naive`, `guarded`, or `development`. */
  mode?: string;
  /** The package that is installed under another's name: `{ pg: 'pg8.11' }`. */
  instead?: Record<string, string>;
  env?: Record<string, string>;
}

export interface Answer {
  ok: boolean;
  status: number;
  text: string;
}

export class App<Server extends { origin: string; output: string; running: boolean } = DevServer> {
  /** When the latest save was seen to have had its effect. */
  private saved = 0;

  constructor(
    readonly folder: string,
    readonly server: Server,
  ) {}

  /** A copy of the example with its development server running, its database migrated. */
  static async start(t: Owner, options: AppOptions): Promise<App> {
    const folder = copyApp(t, example);
    await run(folder, ['scripts/migrate.js'], { DATABASE_URL: options.databaseUrl });
    await run(folder, ['scripts/generate.js'], {});
    const app = await App.serve(t, folder, options);
    await app.watches();
    return app;
  }

  /** The same with an app of one of the folders here. */
  static async startFixture(t: Owner, name: string, options: AppOptions): Promise<App> {
    const modules = join(here, 'node_modules');
    const folder = copyApp(t, join(here, name), modules);
    if (name.startsWith('apps/')) {
      cpSync(server, join(folder, 'src/server'), { recursive: true });
    }
    for (const [entry, other] of Object.entries(options.instead ?? {})) {
      rmSync(join(folder, 'node_modules', entry));
      symlinkSync(join(modules, other), join(folder, 'node_modules', entry));
    }
    return App.serve(t, folder, options);
  }

  /**
   * The same with an app of apps/ and a program of its own, in a folder below the one with the
   * packages: bundlers do not follow links to packages elsewhere.
   */
  static async startProgram(
    t: Owner,
    name: string,
    home: string,
    [program, ...args]: [string, ...string[]],
    env: Record<string, string>,
  ): Promise<App> {
    const apps = join(home, '.apps');
    mkdirSync(apps, { recursive: true });
    const folder = mkdtempSync(join(apps, `${name}.`));
    atEnd(t, () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    cpSync(server, join(folder, 'src/server'), { recursive: true });
    cpSync(join(here, 'apps', name), folder, { recursive: true });
    return new App(folder, await DevServer.start(t, folder, args, env, program));
  }

  private static async serve(
    t: Owner,
    folder: string,
    { databaseUrl, mode = 'development', env = {} }: AppOptions,
  ): Promise<App> {
    const args = ['node_modules/vite/bin/vite.js', '--port', '0', '--mode', mode];
    const server = await DevServer.start(t, folder, args, {
      ...{ DATABASE_URL: databaseUrl, ...env },
    });
    return new App(folder, server);
  }

  /**
   * Vite answers before its watcher has seen every file, and does not hear of a save before that.
   * Asked with a page that nobody has open, for a change of the app's own reloads it, and Vite,
   * which reads that page for the packages to prepare, may find it half written and miss them.
   */
  async watches(folder = 'src/server'): Promise<void> {
    const html = `${folder}/watched.html`;
    await until('the watcher', async () => {
      this.write(html, `${performance.now()}`);
      return this.server.output.includes(`page reload ${html}`);
    });
  }

  /**
   * The same for any development server: saves until a save has its effect. Ever more rarely, for who
   * is slow would otherwise begin anew with each.
   */
  async notices(): Promise<void> {
    let saved = 0;
    let patienceMs = 1000;
    await until('a first save to be noticed', async () => {
      const answer = await this.get('/api/info').catch(() => undefined);
      if (answer?.ok && performance.now() - saved > patienceMs) {
        this.edit('src/server/config.ts', /tutor: '.*'/, `tutor: 'Ada, ${performance.now()}'`);
        saved = performance.now();
        patienceMs *= 2;
      }
      return answer?.text.includes('"Ada, ');
    });
    this.saved = performance.now();
  }

  get origin(): string {
    return this.server.origin;
  }

  async get(path: string): Promise<Answer> {
    // A server that restarts may lose a request: it is never answered.
    const response = await fetch(this.origin + path, { signal: AbortSignal.timeout(60_000) });
    return { ok: response.ok, status: response.status, text: await response.text() };
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  /**
   * No server may ever read half of a file. A new one appears whole; one that is there is overwritten
   * in place, since `node --watch` loses sight of a file that another takes the place of. Filled up
   * with line feeds it keeps its length, so that nobody reads the end of another text.
   */
  write(file: string, content: string): void {
    const path = join(this.folder, file);
    const whole = `${content.trimEnd()}\n`.padEnd(fileLength, '\n');
    if (existsSync(path)) {
      assert.ok(statSync(path).size <= whole.length, `${file} is longer than what it is to become`);
      writeFileSync(path, whole, { flag: 'r+' });
      return;
    }
    const unwatched = `${this.folder}.save`;
    writeFileSync(unwatched, whole);
    mkdirSync(dirname(path), { recursive: true });
    renameSync(unwatched, path);
  }

  edit(file: string, from: string | RegExp, to: string): void {
    const before = this.read(file);
    const after = before.replace(from, to);
    if (after === before) {
      throw new Error(`${file} does not contain ${from}`);
    }
    this.write(file, after);
  }

  /**
   * Saves what the database module imports, and asks for a page until it comes from the new code.
   * Returns the first answer of the new code, or the first that is an error.
   */
  async save(tutor: string): Promise<Answer> {
    // Vite's watcher (chokidar) drops a second change of a file within 50 ms of the first.
    await new Promise((later) => {
      setTimeout(later, Math.max(0, this.saved + 100 - performance.now()));
    });
    this.edit('src/server/config.ts', /tutor: '.*'/, `tutor: '${tutor}'`);
    const answer = await until(`the code with ${tutor}`, async () => {
      const latest = await this.get('/api/info').catch(() => undefined); // it may be restarting
      if (latest === undefined && !this.server.running) {
        throw new Error(this.server.output);
      }
      return !latest?.ok || latest.text.includes(`"${tutor}"`) ? latest : undefined;
    });
    this.saved = performance.now();
    return answer;
  }
}

/** A development server as a child process. */
export class DevServer {
  private constructor(
    readonly process: ChildProcess,
    readonly origin: string,
    private readonly lines: string[],
  ) {}

  static async start(
    t: Owner,
    folder: string,
    args: string[],
    env: Record<string, string>,
    program = process.execPath,
  ): Promise<DevServer> {
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...environment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // with a group of its own, so that what it starts ends with it
    });
    atEnd(t, () => killGroup(child));
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => lines.push(text));
    }
    const origin = await until('the development server', async () => {
      if (child.exitCode !== null) {
        throw new Error(`the server ended:\n${lines.join('')}`);
      }
      return /Local:?\s+(http:\/\/\S+?)\/?\s/.exec(lines.join(''))?.[1];
    });
    return new DevServer(child, origin, lines);
  }

  /** All that it has printed. */
  get output(): string {
    return this.lines.join('');
  }

  get running(): boolean {
    return isRunning(this.process);
  }
}

/** Copies an app; what is installed is linked, entry by entry, so that Vite's cache is its own. */
export function copyApp(t: Owner, from: string, modules = join(from, 'node_modules')): string {
  const folder = mkdtempSync(join(tmpdir(), `ai_cleanup.${basename(from)}.`));
  atEnd(t, () => rmSync(folder, { recursive: true, force: true }));
  cpSync(from, folder, {
    recursive: true,
    filter: (source) => !/\/(node_modules|generated|\.svelte-kit|\.env)$/.test(source),
  });
  mkdirSync(join(folder, 'node_modules'));
  for (const entry of readdirSync(modules)) {
    if (/^\.(vite|package)/.test(entry)) {
      continue;
    }
    symlinkSync(join(modules, entry), join(folder, 'node_modules', entry));
  }
  return folder;
}

/** Runs a program of Node.js to its end. */
export function run(folder: string, args: string[], env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...environment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (status) => {
      if (status === 0) {
        done(output);
      } else {
        failed(new Error(`${args.join(' ')} ended with ${status}:\n${output}`));
      }
    });
  });
}

/** Deaf to PostgreSQL's and npm's settings of whoever runs the tests, and without colours. */
export function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([variable]) => !/^(PG[A-Z]|npm_|DATABASE_URL|NODE_TEST|FORCE_COLOR)/.test(variable),
  );
  return { ...Object.fromEntries(kept), NO_COLOR: '1', CHECKPOINT_DISABLE: '1' };
}

/** Looks again and again until there is something; gives up after minutes. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | null | false>,
): Promise<T> {
  const deadline = Date.now() + 180_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== null && found !== false) {
      return found;
    }
    if (Date.now() > deadline) {
      throw new Error(`waited in vain for ${what}`);
    }
    await new Promise((soon) => setTimeout(soon, 20));
  }
}
