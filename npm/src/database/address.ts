// Where the database is: --url, DATABASE_URL in the environment, or in a .env file, in this
// order. Used by every command.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { expand } from 'dotenv-expand';
import { parse as parseUrl } from 'pg-connection-string';
import { Problem } from '../problem.js';
import { findProject } from '../project.js';

export interface Address {
  url: string;
  /** Where the URL was found, for people: `the command line`, `DATABASE_URL`, `.env`. */
  from: string;
}

/** The strongest first, as Vite reads them in development. */
const files = ['.env.development.local', '.env.development', '.env.local', '.env'];

export function findAddress(
  given: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
  folder: string = process.cwd(),
): Address {
  const found = fromOption(given) ?? fromEnvironment(environment) ?? fromFiles(environment, folder);
  if (found === undefined) {
    throw new Problem('usage', 'There is no DATABASE_URL, so I do not know which database.', [
      `Looked at --url, the environment, and ${files.join(', ')} in ${folder}.`,
      'Put DATABASE_URL="postgresql://user:password@localhost:5432/app" into .env, or use --url.',
    ]);
  }
  check(found);
  return found;
}

function fromOption(url: string | undefined): Address | undefined {
  return url === undefined ? undefined : { url, from: 'the command line' };
}

function fromEnvironment(environment: NodeJS.ProcessEnv): Address | undefined {
  const url = environment['DATABASE_URL'];
  return url === undefined || url === '' ? undefined : { url, from: 'DATABASE_URL' };
}

function fromFiles(environment: NodeJS.ProcessEnv, folder: string): Address | undefined {
  for (const place of new Set([folder, findProject(folder)])) {
    for (const file of files) {
      const path = join(place, file);
      const url = existsSync(path) ? read(path, environment) : undefined;
      if (url !== undefined && url !== '') {
        return { url, from: file };
      }
    }
  }
  return undefined;
}

function read(path: string, environment: NodeJS.ProcessEnv): string | undefined {
  const parsed = parse(readFileSync(path));
  // The environment only helps to expand ${NAME}; expand() would otherwise change it.
  const known = Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => !!entry[1]),
  );
  return expand({ parsed, processEnv: known }).parsed?.['DATABASE_URL'];
}

function check({ url, from }: Address): void {
  const scheme = /^([\w+.-]+):/.exec(url)?.[1];
  if (scheme === undefined || !/^postgres(ql)?$/.test(scheme)) {
    throw new Problem(
      'usage',
      `The database URL of ${from} ${scheme === undefined ? 'is no URL' : `begins with ${scheme}:`}.`,
      [
        'It has to look like postgresql://user:password@localhost:5432/app.',
        ...(scheme?.startsWith('prisma')
          ? ['A prisma: URL leads to a service in between; use the URL of PostgreSQL itself.']
          : []),
      ],
    );
  }
  try {
    parseUrl(url);
  } catch (error) {
    throw new Problem(
      'usage',
      `The database URL of ${from} cannot be read.`,
      [
        'Characters such as @ : / # % in a password must be written as %40 %3A %2F %23 %25.',
        'A port is a number up to 65535.',
      ],
      error,
    );
  }
}

/** The address for people: without the password. */
export function describe({ url }: Address): string {
  const { host, port, database, user } = parseUrl(url);
  return `${database ?? user ?? '?'} on ${host ?? 'localhost'}${host?.startsWith('/') ? '' : `:${port ?? 5432}`}`;
}
