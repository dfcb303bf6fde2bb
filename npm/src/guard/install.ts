// Puts the guard up, once for the process, however many copies of this package are loaded into it and
// by whichever entry: register, the plugin for Vite, the wrapper for Next.js, a runner's set-up file.
import { EventEmitter } from 'node:events';
import { nameProcess } from './application_name.js';
import { onBirth } from './emitters.js';
import { guardClient, guardPool, type Watch } from './guard.js';
import { watchPrisma } from './prisma.js';
import { learnPort, type Program, thisProgram } from './program.js';
import { PoolRegister } from './register.js';
import { type Translate, takeTrace } from './site.js';

export interface Guard {
  readonly register: PoolRegister;
  readonly program: Program;
  /** Tells better what this program is. */
  rename(better: Partial<Program>): void;
  /** Where its few words go; the console if nobody says otherwise. */
  warn: (text: string) => void;
  /** A tool that makes code in memory knows where that comes from. */
  translate: Translate | undefined;
}

// On what all realms of a process share: a test runner may give each file a globalThis of its own.
const key = Symbol.for('ai-cleanup.guard');
const shared = EventEmitter as { [key]?: Guard };

export function install(): Guard {
  shared[key] ??= putUp();
  return shared[key];
}

export function isProduction(): boolean {
  return process.env['NODE_ENV'] === 'production';
}

function putUp(): Guard {
  const guard: Guard = {
    register: new PoolRegister(),
    program: thisProgram(),
    rename(better) {
      Object.assign(guard.program, better);
      nameProcess(guard.program);
    },
    warn: (text) => console.warn(text),
    translate: undefined,
  };
  nameProcess(guard.program);
  const watch = watchFor(guard);
  watchPrisma(watch.trace);
  onBirth({
    pool: (pool, prototype) => guardPool(pool, prototype, watch),
    client: (_client, prototype) => guardClient(prototype, watch),
    httpServer: (server) => learnPort(guard.program, server),
  });
  return guard;
}

function watchFor(guard: Guard): Watch {
  const { register } = guard;
  const told = new Set<string>();
  const once = (what: string, text: string): void => {
    if (told.has(what)) {
      return;
    }
    told.add(what);
    guard.warn(`[ai-cleanup] ${text}`);
  };
  register.onReplaced = (site, count) => {
    const place = site === undefined ? undefined : `${site.file}:${site.line}`;
    if (count < 2 || place === undefined) {
      return; // one may be a coincidence
    }
    once(
      `replaced ${site?.file}`,
      `${place} makes a new pool of connections each time it is loaded.\n` +
        '  The older ones are let go, so nothing leaks. To keep one pool, keep it on globalThis,\n' +
        "  or with Prisma: prismaSingleton() from 'ai-cleanup/prisma'.",
    );
  };
  return {
    register,
    program: guard.program,
    off: isProduction,
    trace: () => takeTrace(guard.program.folder, guard.translate),
    lost({ message }) {
      register.connectionsLost += 1;
      once(
        'lost',
        `The database closed a connection: ${message}\n` +
          "  Nobody listened for the pool's 'error' event, so this would have ended the process.\n" +
          '  The guard listens; the pool connects again when it needs to.',
      );
    },
    refused(site, connections) {
      const place = site === undefined ? 'a pool' : `the pool of ${site.file}:${site.line}`;
      once(
        'refused',
        `The server has refused ${place} another connection; it has ${connections}.\n` +
          '  Requests wait, for 30 s at most. To see who has the connections: npx ai-cleanup status',
      );
    },
    ignored(parameter) {
      once(
        parameter,
        `${parameter} in the database URL does nothing: pg and Prisma 7 ignore it.\n` +
          '  Say it in code: new PrismaPg({ connectionString, max: 5 }), new Pool({ max: 5 }),\n' +
          "  or prismaSingleton(…, { max: 5 }) from 'ai-cleanup/prisma'.",
      );
    },
  };
}
