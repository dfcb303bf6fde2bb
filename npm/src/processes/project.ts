// The dev processes of a project: JavaScript programs whose working folder is in the project and
// that listen on a port or are a dev tool by their command line. Found for doctor and reset.
import { sep } from 'node:path';
import psList from 'ps-list';
import { Problem } from '../problem.js';
import { shorten } from './command_line.js';
import { workingFolder } from './folder.js';
import { listeners } from './ports.js';

export interface DevProcess {
  pid: number;
  /** With the pid, what makes it this process and no other. */
  startedAt: Date | undefined;
  /** Its command line, shortened. */
  command: string;
  folder: string;
  ports: number[];
  /** Whoever started it is gone, so no terminal will end it. */
  orphaned: boolean;
  /** It only starts others of these and waits for them: npm, `next dev`, `tsx watch`. */
  launches: boolean;
}

/** Who holds a port. */
export interface Holder {
  port: number;
  pid: number;
  command: string;
  folder: string | undefined;
}

export interface Survey {
  /** The project's own dev processes. */
  own: DevProcess[];
  /** Others that hold one of the ports asked for. */
  others: Holder[];
}

const runtime = /^(node|nodejs|bun|deno|tsx|vite|esbuild|MainThread)$/i;
const tool =
  /(^|[\s/\\])(vite|vite-node|vitest|next|next-server|nuxt|nuxi|astro|remix|react-router|svelte-kit|webpack|rspack|parcel|nodemon|tsx|ts-node-dev|jest|storybook)(\.[cm]?js|@|\s|$)/;

export async function survey(project: string, ports: number[] = []): Promise<Survey> {
  const [processes, holders] = await list();
  const byPid = new Map(processes.map((one) => [one.pid, one]));
  const ancestors = ancestorsOf(process.pid, byPid);
  const own: DevProcess[] = [];
  for (const one of processes) {
    const listensOn = [...holders].filter(([, pid]) => pid === one.pid).map(([port]) => port);
    const command = one.cmd ?? one.name;
    if (
      ancestors.has(one.pid) ||
      !(runtime.test(one.name) || runtime.test(firstWord(command))) ||
      !(listensOn.length > 0 || tool.test(command))
    ) {
      continue;
    }
    const folder = await workingFolder(one.pid);
    if (folder !== undefined && isInside(folder, project)) {
      own.push({
        ...{ pid: one.pid, startedAt: one.startTime, folder },
        command: shorten(command, project),
        ports: listensOn.toSorted((a, b) => a - b),
        ...{ orphaned: isOrphan(one, byPid), launches: false },
      });
    }
  }
  for (const one of own) {
    one.launches =
      one.ports.length === 0 &&
      own.some((other) => other !== one && ancestorsOf(other.pid, byPid).has(one.pid));
  }
  const others: Holder[] = [];
  for (const port of ports) {
    const pid = holders.get(port);
    if (pid !== undefined && !own.some((one) => one.pid === pid)) {
      const command = byPid.get(pid)?.cmd ?? byPid.get(pid)?.name ?? '?';
      const folder = await workingFolder(pid);
      others.push({ port, pid, command: shorten(command, folder ?? project), folder });
    }
  }
  return { own, others };
}

type Listed = Awaited<ReturnType<typeof psList>>[number];

async function list(): Promise<[Listed[], Map<number, number>]> {
  try {
    return await Promise.all([psList(), listeners()]);
  } catch (error) {
    throw new Problem(
      'usage',
      'The processes of this machine cannot be listed.',
      ['Install ps (Debian: apt-get install procps); on other systems than Linux lsof, too.'],
      error,
    );
  }
}

/** Ourselves, and whoever started us: npm, the shell, the terminal. */
function ancestorsOf(pid: number, byPid: Map<number, Listed>): Set<number> {
  const found = new Set<number>();
  for (let here: number | undefined = pid; here && !found.has(here); ) {
    found.add(here);
    here = byPid.get(here)?.ppid;
  }
  return found;
}

/**
 * Was it left behind? Then its parent is init, or another process that takes in orphans, such as
 * systemd's of the user; a dev server in use has a shell, a package manager or an editor above it.
 */
function isOrphan(one: Listed, byPid: Map<number, Listed>): boolean {
  let parent = byPid.get(one.ppid);
  while (parent !== undefined && isOfScript(parent)) {
    parent = byPid.get(parent.ppid);
  }
  return one.pid !== 1 && (parent === undefined || parent.pid === 1 || parent.name === 'systemd');
}

/** The shell by which a package manager runs a script (`sh -c vite`), and that outlives it. */
function isOfScript({ pid, cmd = '' }: Listed): boolean {
  return pid !== 1 && /^(ba|da|k|z)?sh$/.test(firstWord(cmd)) && /\s-\w*c\s/.test(cmd);
}

function firstWord(command: string): string {
  return (command.split(/\s/)[0] ?? '').split(/[/\\]/).pop() ?? '';
}

function isInside(folder: string, project: string): boolean {
  return folder === project || folder.startsWith(project.endsWith(sep) ? project : project + sep);
}
