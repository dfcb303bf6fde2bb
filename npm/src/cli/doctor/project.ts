// What doctor says of the project's files: the URL, its parameters, npm's configuration.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Address, describe } from '../../database/address.js';
import { scriptsOf } from '../../project.js';
import { type Finding, fine, hint, problem } from '../finding.js';
import { npmrcWithForce } from '../wish.js';
import { examineGuard } from './guard.js';

export async function examineProject(address: Address, project: string): Promise<Finding[]> {
  return [
    fine('url', `The database is ${describe(address)} (from ${address.from}).`),
    ...connectionLimit(address, project),
    ...examineGuard(project),
    ...npmForce(project),
    ...script(project),
  ];
}

/** Prisma's connection_limit: who reads it, and who does not. */
function connectionLimit(address: Address, project: string): Finding[] {
  const limit = /[?&]connection_limit=(\d*)/.exec(address.url)?.[1];
  if (limit === undefined) {
    return [];
  }
  const found: Finding[] = [];
  const prisma = versionOf('@prisma/client', project);
  if (prisma !== undefined && Number.parseInt(prisma, 10) >= 7) {
    found.push(
      problem(
        'connection_limit',
        `connection_limit=${limit} in the URL does nothing: Prisma ${prisma} does not read it.`,
        `Write new PrismaPg({ connectionString, max: ${limit || 5} }), and take it out of the URL.`,
      ),
    );
  }
  if (versionOf('postgres', project) !== undefined) {
    found.push(
      problem(
        'connection_limit',
        'connection_limit in the URL makes postgres.js fail: it hands it on to the server.',
        'Take it out of the URL, and write postgres(url, { max: 5 }).',
      ),
    );
  }
  if (found.length === 0 && prisma === undefined) {
    found.push(
      hint(
        'connection_limit',
        'connection_limit in the URL is read by Prisma up to version 6 only, which is not here.',
        'Limit the pool in the code, such as new Pool({ connectionString, max: 5 }).',
      ),
    );
  }
  return found;
}

function npmForce(project: string): Finding[] {
  const file = npmrcWithForce(process.env, process.env['HOME'], project);
  return file === undefined
    ? []
    : [
        hint(
          'npm_force',
          `${file} has force=true, so npm's --force says nothing of a single command.`,
          'Take it out. Until then only "npm run db:cleanup force" means force.',
        ),
      ];
}

function script(project: string): Finding[] {
  return Object.values(scriptsOf(project)).some((script) => /\bai-cleanup\b/.test(script))
    ? []
    : [
        hint(
          'script',
          'No script in package.json calls ai-cleanup.',
          'ai-cleanup init, or: npm pkg set scripts.db:cleanup=ai-cleanup',
        ),
      ];
}

/** The version of a package as the project sees it; undefined where it does not. */
function versionOf(name: string, project: string): string | undefined {
  const places = createRequire(join(project, 'package.json')).resolve.paths(name) ?? [];
  const file = places.map((place) => join(place, name, 'package.json')).find(existsSync);
  return file === undefined
    ? undefined
    : (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version;
}
