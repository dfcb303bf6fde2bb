// The entry `ai-cleanup/vite`: the guard of ai-cleanup/register for Vite's development server, which
// knows best when code is loaded anew, and the panel at an address of the server's own.
import pc from 'picocolors';
import { type Guard, install } from '../guard/install.js';
import { thisProgram } from '../guard/program.js';
import { Feed } from '../panel/feed.js';
import { panel, panelPath } from '../panel/panel.js';
import { type DevTools, dock } from './dock.js';
import type { ViteServer } from './server.js';

export interface AiCleanupPlugin {
  name: string;
  apply: 'serve';
  /** Of a Vite whose types need not be here. */
  configureServer(server: object): void;
  watchChange(): void;
  closeBundle(): void;
  devtools: DevTools;
}

/** For `plugins` in vite.config: `plugins: [aiCleanup()]`. */
export default function aiCleanup(): AiCleanupPlugin {
  let guard: Guard | undefined;
  let feed: Feed | undefined;
  let path = `/${panelPath}`;
  return {
    name: 'ai-cleanup',
    apply: 'serve',
    configureServer(given) {
      const server = given as ViteServer;
      guard = install();
      guard.register.startGeneration(); // Vite restarts in this process when its configuration changes
      introduce(guard, server);
      feed = new Feed({ folder: server.config.root, register: guard.register });
      path = `${server.config.base.replace(/\/?$/, '/')}${panelPath}`;
      server.middlewares.use(path.slice(0, -1), panel(feed));
      printAddress(server, path);
    },
    watchChange() {
      guard?.register.startGeneration();
    },
    closeBundle() {
      feed?.stop();
    },
    devtools: dock(() => path),
  };
}

/** Vite's own names, log and knowledge of where code comes from. */
function introduce(guard: Guard, { config, httpServer, ...server }: ViteServer): void {
  guard.warn = (text) => config.logger.warn(text, { timestamp: true });
  guard.translate = (frame) => {
    const rewritten = server.ssrRewriteStacktrace?.(frame);
    return typeof rewritten === 'string' ? rewritten : rewritten?.result;
  };
  const { folder, project } = thisProgram(config.root);
  guard.rename({ folder, project, tool: 'vite' });
  httpServer?.once('listening', () => {
    const address = httpServer.address();
    if (address !== null && typeof address === 'object') {
      guard.rename({ port: address.port });
    }
  });
}

function printAddress(server: ViteServer, path: string): void {
  const printUrls = server.printUrls.bind(server);
  server.printUrls = () => {
    printUrls();
    const [first] = [
      ...(server.resolvedUrls?.local ?? []),
      ...(server.resolvedUrls?.network ?? []),
    ];
    if (first === undefined) {
      return;
    }
    const address = pc.cyan(new URL(path, first).href);
    server.config.logger.info(`  ${pc.green('➜')}  ${pc.bold('Connections')}: ${address}`);
  };
}
