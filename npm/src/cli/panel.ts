// The command `ai-cleanup panel`: the panel in the browser, for projects without Vite.
import pc from 'picocolors';
import { describe, findAddress } from '../database/address.js';
import { Feed } from '../panel/feed.js';
import { servePanel } from '../panel/server.js';
import { exit } from './exit.js';

export async function panel(options: { url?: string; port: number }): Promise<number> {
  const address = findAddress(options.url);
  const { url } = await servePanel(new Feed({ address }), options.port);
  console.log(`${pc.bold(describe(address))}: ${pc.cyan(url)}  (Ctrl+C ends it)`);
  await new Promise(() => {}); // until a signal ends us: there is nothing to put in order
  return exit.done;
}
