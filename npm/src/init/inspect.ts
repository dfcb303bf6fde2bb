// What kind of project this is, as far as init needs to know: by its files, without running any.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Manifest, manifestOf } from '../project.js';

export type Framework = 'next' | 'astro' | 'vite' | 'node';
export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

export interface Inspected {
  folder: string;
  manifest: Manifest;
  framework: Framework;
  manager: PackageManager;
  /** Of the framework, where there is one. */
  config: string | undefined;
  usesPrisma: boolean;
  /** Those that start without the guard. */
  runners: ('vitest' | 'jest')[];
}

const configs: Record<Framework, RegExp> = {
  next: /^next\.config\.[cm]?[jt]s$/,
  astro: /^astro\.config\.[cm]?[jt]s$/,
  vite: /^vite\.config\.[cm]?[jt]s$/,
  node: /^$/,
};

const lockFiles: Record<string, PackageManager> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
  'package-lock.json': 'npm',
};

export function inspect(folder: string): Inspected {
  const manifest = manifestOf(folder);
  const has = (name: string) => name in { ...manifest.dependencies, ...manifest.devDependencies };
  const framework = frameworkOf(has);
  const config = readdirSync(folder).find((file) => configs[framework].test(file));
  return {
    ...{ folder, manifest, framework, config },
    manager: managerOf(folder),
    usesPrisma: has('@prisma/client') || has('prisma'),
    runners: (['vitest', 'jest'] as const).filter(
      (runner) => has(runner) && !isSetUp(folder, runner),
    ),
  };
}

/** By what takes the guard: Nuxt's server takes no plugin of Vite's. */
function frameworkOf(has: (name: string) => boolean): Framework {
  if (has('nuxt')) {
    return 'node';
  }
  return (['next', 'astro', 'vite'] as const).find(has) ?? 'node';
}

function isSetUp(folder: string, runner: 'vitest' | 'jest'): boolean {
  return readdirSync(folder)
    .filter((file) => /^(package\.json|.*\.config\.[cm]?[jt]s)$/.test(file))
    .some((file) => textOf(folder, file).includes(`ai-cleanup/${runner}`));
}

/** In a workspace the lock file is further up. */
function managerOf(folder: string): PackageManager {
  for (let here = folder; ; here = dirname(here)) {
    const named = /^(npm|pnpm|yarn|bun)@/.exec(manifestOf(here).packageManager ?? '')?.[1];
    if (named !== undefined) {
      return named as PackageManager;
    }
    for (const [file, manager] of Object.entries(lockFiles)) {
      if (existsSync(join(here, file))) {
        return manager;
      }
    }
    if (existsSync(join(here, '.git')) || dirname(here) === here) {
      return 'npm';
    }
  }
}

export function textOf(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}
