// The plugin's small parts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServer } from 'vite';
import aiCleanup, { type AiCleanupPlugin } from '../dist/vite/index.js';

test('it adds no signal handlers, and nothing at the exit', async () => {
  const events = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit'] as const;
  const listeners = async (plugins: AiCleanupPlugin[]) => {
    const server = await createServer({
      ...{ configFile: false, logLevel: 'silent', plugins },
      server: { middlewareMode: true, ws: false, watch: null },
    });
    const counts = events.map((event) => process.listenerCount(event));
    await server.close();
    return counts;
  };
  await listeners([]); // adds what is added once
  const without = await listeners([]);
  assert.deepEqual(await listeners([aiCleanup()]), without);
});
