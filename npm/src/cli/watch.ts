// The command `ai-cleanup watch`: looks at the server every second and shows what it sees, in place on a
// terminal, a line for each look elsewhere. Keeps one connection, and comes back if it is lost.
import { setTimeout as sleep } from 'node:timers/promises';
import pc from 'picocolors';
import { describe, findAddress } from '../database/address.js';
import { cleanUp } from '../database/cleanup.js';
import { type Connection, connect } from '../database/connection.js';
import { type Sample, takeSample } from '../database/sample.js';
import { readServer, type Server } from '../database/server.js';
import { Problem } from '../problem.js';
import { several } from '../words.js';
import { exit } from './exit.js';
import { listen } from './keys.js';
import { type Known, screen } from './screen.js';
import { Terminal } from './terminal.js';
import { extensionState, type VisitOptions } from './visit.js';

export interface WatchOptions extends VisitOptions {
  json?: boolean | undefined;
  intervalMs: number;
  looks?: number | undefined;
}

export async function watch(options: WatchOptions): Promise<number> {
  const address = findAddress(options.url);
  const live = process.stdout.isTTY && !options.json;
  const terminal = new Terminal(process.stdout);
  const stop = new AbortController();
  const known: Known = {
    ...{ heading: pc.bold(describe(address)), database: '', history: [], limit: 0 },
    ...{ intervalMs: options.intervalMs, sample: undefined, message: undefined },
    keys: live && process.stdin.isTTY,
  };
  let line: Line | undefined;
  let clean = false;
  const askToClean = () => {
    clean = true;
  };
  const draw = () => terminal.draw(screen(known, process.stdout.columns, process.stdout.rows));
  if (live) {
    process.stdout.on('resize', draw);
  }
  const silence = known.keys ? listen({ q: () => stop.abort(), c: askToClean }) : () => {};

  try {
    for (let look = 1; !stop.signal.aborted; look++) {
      try {
        line ??= await open(address, options.waitMs, known);
        if (clean) {
          clean = false;
          const { went } = await cleanUp(line.connection, line.server);
          known.message = pc.green(`${several(went.length, 'session')} ended.`);
        }
        const sample = await takeSample(line.connection, line.server);
        known.sample = sample;
        known.limit = sample.connections.limit;
        known.history.push(sample.connections.server);
        known.history.splice(0, known.history.length - 1000);
      } catch (error) {
        if (look === 1) {
          throw error; // it has never worked: the person wants to hear that
        }
        void line?.connection.close().catch(() => {});
        line = undefined;
        known.message = pc.red(trouble(error));
        known.sample = undefined; // what was seen last is no longer so
        const isFull = error instanceof Problem && error.kind === 'full';
        known.history.push(isFull ? known.limit : Number.NaN);
      }
      if (live) {
        draw();
      } else {
        console.log(options.json ? json(known, line === undefined) : plain(known));
      }
      if (look === options.looks) {
        break;
      }
      await sleep(options.intervalMs, undefined, { signal: stop.signal }).catch(() => {});
    }
  } finally {
    silence();
    process.stdout.off('resize', draw);
    terminal.done();
    await line?.connection.close().catch(() => {});
  }
  return exit.done;
}

interface Line {
  connection: Connection;
  server: Server;
}

async function open(
  address: Parameters<typeof connect>[0],
  waitMs: number | undefined,
  known: Known,
): Promise<Line> {
  const connection = await connect(address, { waitMs });
  const server = await readServer(connection);
  known.database = server.database;
  known.heading =
    pc.bold(describe(address)) +
    pc.dim(` (PostgreSQL ${server.version}, ${extensionState(server)})`) +
    (connection.way === 'walsender' ? pc.yellow(' by a replication connection') : '');
  known.message = undefined;
  return { connection, server };
}

function trouble(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function plain({ sample, message }: Known): string {
  const time = new Date().toTimeString().slice(0, 8);
  if (message !== undefined || sample === undefined) {
    return `${time}  ${message ?? ''}`;
  }
  const [worst] = sample.leaks;
  const { server, database, limit } = sample.connections;
  return (
    `${time}  ${server} of ${limit} connections in use, ${database} to this database` +
    (worst === undefined
      ? ''
      : `; most: ${worst.sessions} of ${worst.application || `role ${worst.role}`}`)
  );
}

function json({ sample, message }: Known, lost: boolean): string {
  const shown: Sample | { at: Date; error: string | undefined } =
    lost || sample === undefined ? { at: new Date(), error: message } : sample;
  return JSON.stringify(shown);
}
