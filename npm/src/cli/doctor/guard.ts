// What doctor says of node-postgres in a project: is there a guard, where it is needed?
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestOf } from '../../project.js';
import { type Finding, fine, hint } from '../finding.js';

/** Where a project says that it has one. */
const places = /^(package\.json|\.npmrc|\.env.*|.*\.config\.[cm]?[jt]s|instrumentation\.[jt]s)$/;
const guards = /ai-cleanup\/(register|vite|next|vitest|jest)\b/;

export function examineGuard(project: string): Finding[] {
  const { dependencies, devDependencies } = manifestOf(project);
  if (!('pg' in { ...dependencies, ...devDependencies })) {
    return [];
  }
  const isGuarded =
    guards.test(process.env['NODE_OPTIONS'] ?? '') ||
    readdirSync(project)
      .filter((file) => places.test(file))
      .some((file) => guards.test(readFileSync(join(project, file), 'utf8')));
  return isGuarded
    ? [fine('guard', 'pg is guarded: a connection that ends does not end the program.')]
    : [
        hint(
          'guard',
          "pg is used here without a guard: a connection that ends while nobody listens for its 'error' event ends the program, and a reload leaks a pool.",
          'ai-cleanup init puts one up: the plugin for Vite, the wrapper for Next.js, or',
          'node --import ai-cleanup/register in the script that starts the program.',
        ),
      ];
}
