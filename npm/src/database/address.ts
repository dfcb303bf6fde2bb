// Where the database is. In this order: --url; DATABASE_URL in the environment, or in a .env file;
// the other names that such a URL goes by, in the same places; what Prisma's configuration says;
// PGHOST and its like. Used by every command.
import { Problem } from '../problem.js';
import { findProject } from '../project.js';
import { EnvFiles, fileNames } from './env_files.js';
import { prismaSources } from './prisma_files.js';
import { describeUrl, isLocalUrl, objectionTo } from './url.js';

export interface Address {
  url: string;
  /** Where the URL was found, for people: `the command line`, `DATABASE_URL`, `.env`. */
  from: string;
}

type Environment = Record<string, string | undefined>;

/** As hosts and frameworks call it, where it is not DATABASE_URL. */
const otherNames = ['POSTGRES_URL', 'POSTGRES_PRISMA_URL', 'DIRECT_URL'];

export function findAddress(
  given: string | undefined,
  environment: Environment = process.env,
  folder: string = process.cwd(),
): Address {
  const [found] =
    given === undefined
      ? candidates(environment, folder)
      : [{ url: given, from: 'the command line' }];
  if (found === undefined) {
    throw new Problem('usage', 'There is no DATABASE_URL, so I do not know which database.', [
      `Looked at --url, the environment (${otherNames.join(', ')}, PGHOST, too),` +
        ` Prisma's configuration, and ${fileNames.join(', ')} in ${folder}.`,
      'Put DATABASE_URL="postgresql://user:password@localhost:5432/app" into .env, or use --url.',
    ]);
  }
  const objection = objectionTo(found.url);
  if (objection !== undefined) {
    const { what, remedy } = objection;
    throw new Problem('usage', `The database URL of ${found.from} ${what}.`, remedy);
  }
  return found;
}

/** Those that lead to PostgreSQL itself first: Prisma knows URLs of a service in between. */
function candidates(environment: Environment, folder: string): Address[] {
  const files = new EnvFiles(folder, environment as NodeJS.ProcessEnv);
  const prisma = prismaSources(findProject(folder));
  const variables = prisma.flatMap(({ variable }) => variable ?? []);
  const all: Address[] = [];
  for (const variable of new Set(['DATABASE_URL', ...variables, ...otherNames])) {
    const url = environment[variable];
    if (url) {
      all.push({ url, from: variable });
    }
    const found = files.find(variable);
    if (found !== undefined) {
      const more = variable === 'DATABASE_URL' ? '' : `${variable} in `;
      all.push({ url: found.value, from: more + found.file });
    }
  }
  for (const { url, file } of prisma) {
    if (url !== undefined) {
      all.push({ url, from: file });
    }
  }
  const parts = fromParts((name) => environment[name] || files.find(name)?.value);
  if (parts !== undefined) {
    all.push({ url: parts, from: 'PGHOST and its like' });
  }
  const isDirect = ({ url }: Address) => !/^prisma(\+postgres)?:/.test(url);
  return [...all.filter(isDirect), ...all];
}

/** What libpq's programs, and pg itself, would connect to. */
function fromParts(value: (name: string) => string | undefined): string | undefined {
  const host = value('PGHOST');
  const database = value('PGDATABASE');
  if (host === undefined && database === undefined) {
    return undefined;
  }
  const [user, password, port] = [value('PGUSER'), value('PGPASSWORD'), value('PGPORT')];
  const encoded = (text: string | undefined) => encodeURIComponent(text ?? '');
  const who =
    user === undefined
      ? ''
      : `${encoded(user)}${password === undefined ? '' : `:${encoded(password)}`}@`;
  const isSocket = host?.startsWith('/');
  const where = isSocket ? '' : `${host?.includes(':') ? `[${host}]` : (host ?? 'localhost')}`;
  return (
    `postgresql://${who}${where}${port === undefined || isSocket ? '' : `:${port}`}` +
    `/${encoded(database ?? user)}${isSocket ? `?host=${encoded(host)}&port=${port ?? 5432}` : ''}`
  );
}

/** The address for people: without the password. */
export function describe({ url }: Address): string {
  return describeUrl(url);
}

export function isLocal({ url }: Address): boolean {
  return isLocalUrl(url);
}
