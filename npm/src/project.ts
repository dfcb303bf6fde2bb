// The project that we are called in: where it is, and what its package.json says, as far as we need
// it. Read by the commands, and for the names of connections.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export interface Manifest {
  name?: string;
  type?: string;
  packageManager?: string;
  workspaces?: unknown;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** The folder of the nearest package.json, upwards: the project; or else the folder itself. */
export function findProject(folder: string = process.cwd()): string {
  for (let here = folder; ; here = dirname(here)) {
    if (existsSync(join(here, 'package.json'))) {
      return here;
    }
    if (dirname(here) === here) {
      return folder;
    }
  }
}

/** Its package.json; empty where there is none, or none that can be read. */
export function manifestOf(project: string): Manifest {
  const file = join(project, 'package.json');
  if (!existsSync(file)) {
    return {};
  }
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch {
    return {};
  }
}

export function scriptsOf(project: string): Record<string, string> {
  return manifestOf(project).scripts ?? {};
}

/** What the project calls itself, or else the name of its folder. */
export function nameOf(project: string): string {
  return manifestOf(project).name || basename(project);
}
