// The entry `ai-cleanup/vite`: a plugin for the development server that makes naive database code
// safe without a change to it, and shows in a panel who has the connections.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import pc from 'picocolors';
import { applicationName } from './application_name.js';
import { type DevTools, dock } from './panel/dock.js';
import { Feed } from './panel/feed.js';
import { panel, panelPath } from './panel/panel.js';
import { findDrivers } from './pools/drivers.js';
import { guard, type Watch } from './pools/guard.js';
import { PoolRegister } from './pools/register.js';
import type { Logger, ViteServer } from './server.js';

export interface AiCleanupPlugin {
  name: string;
  apply: 'serve';
  configureServer(server: ViteServer): void;
  watchChange(): void;
  closeBundle(): void;
  devtools: DevTools;
}

/** For `plugins` in vite.config: `plugins: [aiCleanup()]`. */
export default function aiCleanup(): AiCleanupPlugin {
  const register = theRegister();
  let feed: Feed | undefined;
  let path = `/${panelPath}`;
  return {
    name: 'ai-cleanup',
    apply: 'serve',
    configureServer(server) {
      register.startGeneration(); // Vite restarts in this process when its configuration changes
      nameConnections(server);
      const watch = watchFor(register, server.config.logger);
      for (const pg of findDrivers(server.config.root).values()) guard(pg, watch);
      feed = new Feed(server.config.root, register);
      path = `${server.config.base.replace(/\/?$/, '/')}${panelPath}`;
      server.middlewares.use(path.slice(0, -1), panel(feed));
      printAddress(server, path);
    },
    watchChange() {
      register.startGeneration();
    },
    closeBundle() {
      feed?.stop();
    },
    devtools: dock(() => path),
  };
}

function printAddress(server: ViteServer, path: string): void {
  const printUrls = server.printUrls.bind(server);
  server.printUrls = () => {
    printUrls();
    const [first] = [
      ...(server.resolvedUrls?.local ?? []),
      ...(server.resolvedUrls?.network ?? []),
    ];
    if (first === undefined) return;
    const address = pc.cyan(new URL(path, first).href);
    server.config.logger.info(`  ${pc.green('➜')}  ${pc.bold('Connections')}: ${address}`);
  };
}

const registerKey = Symbol.for('ai-cleanup.register');

/** One for the process: a restart of Vite may evaluate this module anew, the pools stay. */
function theRegister(): PoolRegister {
  const kept = globalThis as { [registerKey]?: PoolRegister };
  kept[registerKey] ??= new PoolRegister();
  return kept[registerKey];
}

function watchFor(register: PoolRegister, logger: Logger): Watch {
  const told = new Set<string>();
  const once = (text: string): boolean => !told.has(text) && told.add(text) !== undefined;
  return {
    register,
    lost({ message }) {
      register.connectionsLost += 1;
      if (!once('lost')) return;
      logger.warn(
        `[ai-cleanup] The database closed a connection: ${message}\n` +
          "  Nobody listened for the pool's 'error' event, so this would have ended the server.\n" +
          '  The plugin listens; the pool connects again when it needs to.',
        { timestamp: true },
      );
    },
    ignored(parameter) {
      if (!once(parameter)) return;
      logger.warn(
        `[ai-cleanup] ${parameter} in the database URL does nothing: pg and Prisma 7 ignore it.\n` +
          '  Say it in code: new PrismaPg({ connectionString, max: 5 }), new Pool({ max: 5 }),\n' +
          "  or prismaSingleton(PrismaClient, { max: 5 }) from 'ai-cleanup/prisma'.",
        { timestamp: true },
      );
    },
  };
}

let namedByUs: string | undefined;

/** Whoever opens a connection without a name of its own gets one that says where it comes from. */
function nameConnections({ config, httpServer }: ViteServer): void {
  const before = process.env['PGAPPNAME'];
  if (before !== undefined && before !== namedByUs) return;
  const setName = (port: number | undefined): void => {
    namedByUs = applicationName({ project: projectName(config.root), port, pid: process.pid });
    process.env['PGAPPNAME'] = namedByUs;
  };
  setName(httpServer === null ? undefined : config.server.port);
  httpServer?.once('listening', () => {
    const address = httpServer.address();
    if (address !== null && typeof address === 'object') setName(address.port);
  });
}

function projectName(root: string): string {
  try {
    const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      name?: string;
    };
    if (name) return name;
  } catch {
    // no package.json: the folder's name will do
  }
  return basename(root);
}
