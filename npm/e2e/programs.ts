// The apps of apps/ in their development servers: how each is started, with the guard and without.
// For frameworks.test.ts and table.ts.
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { App } from './app.ts';
import type { Database } from './database.ts';
import { here } from './driver.ts';
import type { Owner } from './owner.ts';

export interface Program {
  app:
    | 'astro'
    | 'express'
    | 'nest'
    | 'next'
    | 'nuxt'
    | 'react-router'
    | 'solid-start'
    | 'sveltekit'
    | 'tanstack-start';
  args: string[];
  /** What puts the guard up, one way a name. */
  guards: Record<string, Record<string, string>>;
  /** Its process, or the thread that runs the code, is started anew at each save. */
  restarts?: true;
  /** It asks for a newer Node.js than the tests do. */
  isNewer?: true;
  /** Its packages are in by_hand/, and are installed by hand. */
  isByHand?: true;
}

const modules = '../../node_modules';
const next = (...more: string[]) => [`${modules}/next/dist/bin/next`, 'dev', ...more];
const register = { NODE_OPTIONS: '--import ai-cleanup/register' };
const withAiCleanup = { GUARD: 'next' };
const plugin = { GUARD: 'vite' };

export const programs: Record<string, Program> = {
  'Next.js, Turbopack': {
    ...{ app: 'next', args: next() },
    guards: { withAiCleanup, register },
  },
  'Next.js, webpack': {
    ...{ app: 'next', args: next('--webpack') },
    guards: { withAiCleanup, register },
  },
  Astro: {
    ...{ app: 'astro', args: [`${modules}/astro/bin/astro.mjs`, 'dev'], isNewer: true },
    guards: { plugin, register },
  },
  SvelteKit: {
    ...{ app: 'sveltekit', args: [`${modules}/vite/bin/vite.js`] },
    guards: { plugin, register },
  },
  'React Router': {
    ...{ app: 'react-router', args: [`${modules}/@react-router/dev/bin.cjs`, 'dev'] },
    guards: { plugin, register },
    isNewer: true,
  },
  'Express, tsx watch': {
    ...{ app: 'express', args: [`${modules}/tsx/dist/cli.mjs`, 'watch', 'src/server.ts'] },
    restarts: true,
    guards: { register },
  },
  'Express, node --watch': {
    ...{ app: 'express', args: ['--watch', '--import', 'tsx', 'src/server.ts'] },
    restarts: true,
    guards: { register },
  },
  'Express, nodemon': {
    app: 'express',
    args: [`${modules}/nodemon/bin/nodemon.js`, '--exec', 'node --import tsx', 'src/server.ts'],
    restarts: true,
    guards: { register },
  },
  Nest: {
    ...{ app: 'nest', args: [`${modules}/@nestjs/cli/bin/nest.js`, 'start', '--watch'] },
    restarts: true,
    guards: { register },
  },
  'SvelteKit 3': {
    ...{ app: 'sveltekit', args: [`${modules}/vite/bin/vite.js`] },
    guards: { plugin, register },
    ...{ isNewer: true, isByHand: true },
  },
  'TanStack Start': {
    ...{ app: 'tanstack-start', args: [`${modules}/vite/bin/vite.js`] },
    guards: { plugin, register },
    ...{ isNewer: true, isByHand: true },
  },
  SolidStart: {
    ...{ app: 'solid-start', args: [`${modules}/vite/bin/vite.js`] },
    guards: { plugin, register },
    ...{ isNewer: true, isByHand: true },
  },
  Nuxt: {
    ...{ app: 'nuxt', args: [`${modules}/nuxt/bin/nuxt.mjs`, 'dev'] },
    guards: { register },
    ...{ restarts: true, isNewer: true, isByHand: true },
  },
};

const byHand = join(here, 'by_hand');
const newer = join(here, 'node_modules/node24/bin/node');

/** Why it cannot be run here, if it cannot. */
export function obstacle({ isNewer, isByHand }: Program): string | undefined {
  if (isByHand && !existsSync(join(byHand, 'node_modules'))) {
    return 'its packages are not installed (npm install --prefix by_hand)';
  }
  return isNewer && !existsSync(newer)
    ? 'the newer Node.js is a package for Linux only'
    : undefined;
}

export async function start(
  t: Owner,
  database: Database,
  { app, args, isNewer, isByHand }: Program,
  env: Record<string, string> = {},
): Promise<App> {
  const started = await App.startProgram(
    t,
    app,
    isByHand ? byHand : here,
    [isNewer ? newer : process.execPath, ...args],
    {
      ...{ DATABASE_URL: database.url, PORT: String(await freePort()) },
      ...{ NEXT_TELEMETRY_DISABLED: '1', ASTRO_TELEMETRY_DISABLED: '1', ...env },
    },
  );
  await started.notices();
  return started;
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => found(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
