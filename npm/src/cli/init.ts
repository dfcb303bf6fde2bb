// The command `ai-cleanup init`: sets a project up, after it has shown what it would change.
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pc from 'picocolors';
import { lackOf } from '../database/diagnosis.js';
import { type Change, isDependency, propose } from '../init/changes.js';
import { diff } from '../init/diff.js';
import { inspect } from '../init/inspect.js';
import { kindOfServer, serverSteps } from '../init/server_steps.js';
import { Problem } from '../problem.js';
import { findProject, manifestOf } from '../project.js';
import { several } from '../words.js';
import { confirm } from './confirm.js';
import { exit } from './exit.js';
import { type VisitOptions, visit } from './visit.js';

export interface InitOptions extends VisitOptions {
  yes?: boolean | undefined;
  dryRun?: boolean | undefined;
}

export async function init(options: InitOptions): Promise<number> {
  const folder = findProject();
  if (Object.keys(manifestOf(folder)).length === 0) {
    throw new Problem('usage', `There is no package.json that can be read in ${folder}.`, [
      'Run it in the folder of your project.',
    ]);
  }
  const project = inspect(folder);
  const { changes, byHand } = propose(project);
  console.log(`${pc.bold(folder)}: ${project.framework}, ${project.manager}\n`);
  for (const { file, before, after } of changes) {
    console.log(`${diff(file, before, after)}\n`);
  }
  if (changes.length === 0) {
    console.log('Nothing is to be changed in its files.\n');
  } else if (options.dryRun) {
    console.log('Nothing was done.\n');
  } else if (!options.yes && !(await agreed(changes))) {
    console.log('Nothing was done.');
    return exit.declined;
  } else {
    for (const { file, after } of changes) {
      writeFileSync(join(folder, file), after);
    }
    const undone = isInGit(folder) ? '; git shows and undoes it' : '';
    console.log(`${several(changes.length, 'file')} changed${undone}.`);
    if (!isDependency(project)) {
      console.log(`Then: ${pc.cyan(`${project.manager} install`)}`);
    }
    console.log('');
  }
  if (byHand.length > 0) {
    console.log(pc.bold('By hand:'));
    for (const step of byHand) {
      console.log(`  - ${step}`);
    }
    console.log('');
  }
  await tellServer(folder, options);
  return exit.done;
}

function isInGit(folder: string): boolean {
  return (
    existsSync(join(folder, '.git')) || (dirname(folder) !== folder && isInGit(dirname(folder)))
  );
}

function agreed(changes: Change[]): Promise<boolean> {
  return confirm(
    `Change ${changes.length === 1 ? 'this file' : `these ${changes.length} files`}?`,
    'Not a terminal, so I cannot ask: --yes changes them.',
  );
}

async function tellServer(folder: string, options: InitOptions): Promise<void> {
  const server = await visit({ ...options, waitMs: 0 }, async ({ server }) => server).catch(
    () => undefined, // not there just now: the steps are of use all the same
  );
  const lack = server === undefined ? undefined : lackOf(server);
  if (server !== undefined && lack === undefined) {
    console.log(pc.green('The server has ai_cleanup.'));
  } else if (lack === undefined || lack.id === 'extension') {
    console.log(pc.bold('The server, so that it makes room by itself:'));
    for (const step of serverSteps(kindOfServer(folder), server?.libraries ?? null)) {
      console.log(`  ${step}`);
    }
  } else {
    console.log(`${pc.bold('The server:')} ${lack.message}`);
    for (const step of lack.remedy) {
      console.log(`  ${step}`);
    }
  }
}
