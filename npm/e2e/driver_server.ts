// A Vite server in a process of its own, with a driver's module loaded as an app's module would be.
// Started by driver.ts, and told by messages what to do:
//
//   query, hold    calls that function of the module
//   turn           lets everything that has arrived by now be handled
import { setImmediate as turn } from 'node:timers/promises';
import aiCleanup from 'ai-cleanup/vite';

const [root = '', module = '', plugin, vite = 'vite'] = process.argv.slice(2);
const { createServer } = (await import(vite)) as typeof import('vite');
const server = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, ws: false, watch: null },
  plugins: [plugin === 'plugin' && aiCleanup()],
});

interface Driver {
  query(): Promise<unknown>;
  hold(): Promise<void>;
}

process.on('message', async (what: 'query' | 'hold' | 'turn') => {
  try {
    const driver = (await server.ssrLoadModule(module)) as unknown as Driver;
    if (what === 'turn') {
      await turn();
      await turn();
    } else {
      await driver[what]();
    }
    process.send?.('done');
  } catch (error) {
    process.send?.(error instanceof Error ? error.message : String(error));
  }
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
