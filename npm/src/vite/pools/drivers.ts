// The copies of node-postgres that a project's server code can load: its own, and those of the
// packages it depends on (with pnpm, or where versions differ, they are not the same).
// Packages of the same workspace are looked at as the project itself is.
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import type { NodePostgres } from './guard.js';

interface PackageJson {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** The copies of pg, by file, that code in this folder or in its dependencies would load. */
export function findDrivers(folder: string): Map<string, NodePostgres> {
  const found = new Map<string, NodePostgres>();
  visit(join(realpathSync(folder), 'package.json'), found, new Set());
  return found;
}

function visit(packageJson: string, found: Map<string, NodePostgres>, seen: Set<string>): void {
  if (seen.has(packageJson)) return;
  seen.add(packageJson);
  const require = createRequire(packageJson);
  add(require, found);
  for (const dependency of dependenciesOf(require, packageJson)) {
    const file = packageJsonOf(require, dependency);
    if (file === undefined) continue;
    if (file.includes(`${sep}node_modules${sep}`)) add(createRequire(file), found);
    else visit(file, found, seen);
  }
}

function add(require: NodeJS.Require, found: Map<string, NodePostgres>): void {
  const file = attempt(() => require.resolve('pg'));
  if (file === undefined || found.has(file)) return;
  const pg = attempt(() => require('pg') as Partial<NodePostgres>);
  if (typeof pg?.Pool === 'function' && typeof pg.Client === 'function') {
    found.set(file, pg as NodePostgres);
  }
}

function dependenciesOf(require: NodeJS.Require, packageJson: string): string[] {
  const content = attempt(() => require(packageJson) as PackageJson) ?? {};
  return Object.keys({
    ...content.dependencies,
    ...content.devDependencies,
    ...content.optionalDependencies,
    ...content.peerDependencies,
  });
}

// Looked for in the folders, not resolved: a package need not export its package.json.
function packageJsonOf(require: NodeJS.Require, name: string): string | undefined {
  for (const folder of require.resolve.paths(name) ?? []) {
    const file = attempt(() => realpathSync(join(folder, name, 'package.json')));
    if (file !== undefined) return file;
  }
  return undefined;
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
