// The entry `ai-cleanup/next`: the guard of ai-cleanup/register in Next.js's development server, and
// the panel beside it. Next.js loads its configuration in the process that renders, so this is all
// that is needed: neither --import nor NODE_OPTIONS.
import pc from 'picocolors';
import { type Guard, install, isProduction } from '../guard/install.js';

export interface NextOptions {
  /** The panel's first port to try (5480 if left out); false for no panel. */
  panel?: number | false;
}

/**
 * For next.config: `export default withAiCleanup(nextConfig)`. Returns the configuration as it is,
 * an object or a function; in production nothing else happens.
 */
export function withAiCleanup<Config>(config: Config, { panel = 5480 }: NextOptions = {}): Config {
  if (isProduction()) {
    return config;
  }
  const guard = install();
  // Who serves pages has the pools. Next.js loads the configuration in its other processes, too.
  if (/^next-server/.test(process.title)) {
    const port = Number(process.env['PORT']);
    guard.rename({ tool: 'next', ...(port > 0 ? { port } : {}) });
    if (panel !== false) {
      void openPanel(guard, panel);
    }
  }
  return config;
}

let isOpen = false;

async function openPanel(guard: Guard, port: number): Promise<void> {
  if (isOpen || isProduction()) {
    return;
  }
  isOpen = true;
  try {
    const { Feed } = await import('../panel/feed.js');
    const { servePanel } = await import('../panel/server.js');
    const { folder } = guard.program;
    const { url } = await servePanel(new Feed({ folder, register: guard.register }), port, true);
    console.log(` ${pc.green('➜')} Connections:  ${pc.cyan(url)}`);
  } catch (error) {
    guard.warn(`[ai-cleanup] The panel could not be opened: ${String(error)}`);
  }
}
