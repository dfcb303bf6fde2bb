// The apps of apps/ in their development servers: how each is started, with the guard and without.
// For frameworks.test.ts and table.ts.
import { createServer } from 'node:net';
import { App } from './app.ts';
import type { Database } from './database.ts';
import type { Owner } from './owner.ts';

export interface Program {
  app: 'next' | 'express';
  args: string[];
  /** What puts the guard up, one way a name. */
  guards: Record<string, Record<string, string>>;
}

const modules = '../../node_modules';
const next = (...more: string[]) => [`${modules}/next/dist/bin/next`, 'dev', ...more];
const register = { NODE_OPTIONS: '--import ai-cleanup/register' };

export const programs: Record<string, Program> = {
  'Next.js, Turbopack': {
    ...{ app: 'next', args: next() },
    guards: { withAiCleanup: { GUARD: 'next' }, register },
  },
  'Next.js, webpack': {
    ...{ app: 'next', args: next('--webpack') },
    guards: { withAiCleanup: { GUARD: 'next' } }, // it is slow, and one way is like the other
  },
  'Express, tsx watch': {
    ...{ app: 'express', args: [`${modules}/tsx/dist/cli.mjs`, 'watch', 'src/server.ts'] },
    guards: { register },
  },
  'Express, node --watch': {
    ...{ app: 'express', args: ['--watch', '--import', 'tsx', 'src/server.ts'] },
    guards: { register },
  },
  'Express, nodemon': {
    app: 'express',
    args: [`${modules}/nodemon/bin/nodemon.js`, '--exec', 'node --import tsx', 'src/server.ts'],
    guards: { register },
  },
};

export async function start(
  t: Owner,
  database: Database,
  { app, args }: Program,
  env: Record<string, string> = {},
): Promise<App> {
  return App.startProgram(t, app, args, {
    ...{ DATABASE_URL: database.url, PORT: String(await freePort()) },
    ...{ NEXT_TELEMETRY_DISABLED: '1', ...env },
  });
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => found(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
