// The .env files of a project as its own tools read them: which of them there are, which one counts
// more, and ${NAME}, also from one file to another. Read here, by Node.js's own parser, and not by
// the loaders of the tools: Next.js's writes into our environment, and Vite's takes half a second.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseEnv } from 'node:util';
import { findProject, manifestOf } from '../project.js';

/** The strongest first, as Vite reads them in development. */
export const fileNames = ['.env.development.local', '.env.development', '.env.local', '.env'];
/** Next.js has two of them the other way round. */
const namesOfNext = ['.env.development.local', '.env.local', '.env.development', '.env'];

export interface Found {
  value: string;
  /** Relative to the project. */
  file: string;
}

/** What there is to look up in the files for that folder. */
export class EnvFiles {
  readonly places: string[];
  private readonly names: string[];

  private readonly project: string;

  constructor(
    folder: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {
    const project = findProject(folder);
    this.project = project;
    const root = workspaceOf(project);
    const { dependencies = {} } = manifestOf(project);
    this.names = 'next' in dependencies ? namesOfNext : fileNames;
    this.places = [...new Set([folder, project, join(project, 'prisma'), root])];
  }

  find(variable: string): Found | undefined {
    for (const place of this.places) {
      const files = this.names
        .map((name) => join(place, name))
        .filter(existsSync)
        .map((path) => ({ path, values: valuesOf(path) }));
      const known = Object.assign({}, ...files.toReversed().map(({ values }) => values));
      for (const { path, values } of files) {
        const raw = values[variable];
        if (!raw) {
          continue;
        }
        const value = expand(raw, { ...known, ...this.environment });
        if (value !== '') {
          return { value, file: relative(this.project, path) };
        }
      }
    }
    return undefined;
  }
}

type Values = Record<string, string | undefined>;

function valuesOf(path: string): Values {
  return parseEnv(readFileSync(path, 'utf8').replace(/^\s*export\s+/gm, ''));
}

/** ${NAME}, $NAME and ${NAME:-what else}; \$ is a dollar. */
function expand(text: string, known: Values, depth = 8): string {
  return text.replace(
    /\\\$|\$\{([A-Za-z_]\w*)(?::?-([^}]*))?\}|\$([A-Za-z_]\w*)/g,
    (whole, braced?: string, otherwise?: string, bare?: string) => {
      if (whole === '\\$') {
        return '$';
      }
      const value = known[braced ?? bare ?? ''];
      if (!value || depth === 0) {
        return otherwise ?? '';
      }
      return expand(value, known, depth - 1);
    },
  );
}

/** The root of the workspace that the project is a package of; or else the project itself. */
function workspaceOf(project: string): string {
  for (let here = project; ; here = dirname(here)) {
    if (existsSync(join(here, 'pnpm-workspace.yaml')) || 'workspaces' in manifestOf(here)) {
      return here;
    }
    if (existsSync(join(here, '.git')) || dirname(here) === here) {
      return project;
    }
  }
}
