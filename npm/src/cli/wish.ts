// What was asked for: force, a dry run, or neither, and which of the many ways to say so it was.
// npm takes --force and --dry-run for itself (`npm run db:cleanup --force` arrives here without
// any argument) and leaves only a variable in the environment. A dry run always wins.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Wish {
  force: boolean;
  dryRun: boolean;
  /** Which ways of asking were taken, and which not and why; for people. */
  taken: string[];
  ignored: string[];
}

export interface Said {
  force?: boolean | undefined;
  dryRun?: boolean | undefined;
  /** What stood there as plain words. */
  words: string[];
}

export function understand(
  said: Said,
  environment: NodeJS.ProcessEnv = process.env,
  home: string | undefined = environment['HOME'],
): Wish {
  const taken: string[] = [];
  const ignored: string[] = [];
  let force = false;
  let dryRun = false;

  if (said.dryRun || isOn(environment['npm_config_dry_run'])) {
    dryRun = true;
    taken.push(`dry run, from ${said.dryRun ? '--dry-run' : "npm's --dry-run"}`);
  }
  if (said.force || said.words.includes('force')) {
    force = true;
    taken.push(`force, from ${said.force ? '--force' : 'the word force'}`);
  } else if (isOn(environment['npm_config_force'])) {
    const objection = objectionToNpmsForce(environment, home);
    force = objection === undefined;
    (force ? taken : ignored).push(`force, from npm's --force${force ? '' : `: ${objection}`}`);
  }
  return { force, dryRun, taken, ignored };
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false';
}

/** Why npm_config_force does not mean us; undefined if it does. */
function objectionToNpmsForce(
  environment: NodeJS.ProcessEnv,
  home: string | undefined,
): string | undefined {
  const script = environment['npm_lifecycle_event'];
  const command = environment['npm_lifecycle_script'] ?? '';
  if (script === undefined || !/^run(-script)?$/.test(environment['npm_command'] ?? '')) {
    return 'it was not given to "npm run"';
  }
  if (/^(pre|post)/.test(script)) {
    return `it was given to the script that ${script} belongs to`;
  }
  if (!/\bai-cleanup\b/.test(command) || /[&|;]/.test(command)) {
    return `the script ${script} runs more than ai-cleanup; say "ai-cleanup force" in it`;
  }
  const file = npmrcWithForce(environment, home);
  return file === undefined
    ? undefined
    : `${file} says force=true for everything; say "npm run ${script} force"`;
}

/** The .npmrc that turns force on for every command, by which no single one means it. */
export function npmrcWithForce(
  environment: NodeJS.ProcessEnv,
  home: string | undefined = environment['HOME'],
  folder: string = environment['npm_config_local_prefix'] ?? process.cwd(),
): string | undefined {
  const places = [
    join(folder, '.npmrc'),
    environment['npm_config_userconfig'] ?? (home === undefined ? undefined : join(home, '.npmrc')),
    environment['npm_config_globalconfig'],
  ];
  return places.find(
    (place) =>
      place !== undefined &&
      existsSync(place) &&
      /^\s*force\s*(=\s*"?true"?\s*)?$/m.test(readFileSync(place, 'utf8')),
  );
}
