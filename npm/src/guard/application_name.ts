// The name under which this program's connections show up in PostgreSQL: project, tool and port, the
// place in the code that made the pool, and pid. Whoever has given a name keeps it: in the URL, in
// code or by PGAPPNAME. Read back by whoever asks whose connections these are.
import type { Client, Pool } from 'pg';
import type { Site, Trace } from './site.js';

/** PostgreSQL cuts names off after this many bytes. */
const longest = 63;
/** What is left of a project's name at least, when a place in the code needs the room. */
const shortestProject = 8;

export interface DevProgram {
  project: string;
  /** vite, next, tsx, … */
  tool: string;
  port: number | undefined;
  pid: number;
}

export function applicationName(
  { project, tool, port, pid }: DevProgram,
  site?: Pick<Site, 'file' | 'line'>,
): string {
  const by = `/${tool}${port === undefined ? '' : `:${port}`}`;
  const end = ` pid=${pid}`;
  const left = longest - by.length - end.length;
  const whole = ascii(project);
  if (site === undefined) {
    return whole.slice(0, left) + by + end;
  }
  const place = ascii(`${site.file}:${site.line}`);
  const name = whole.slice(0, Math.max(shortestProject, left - place.length - 1));
  return `${name}${by} ${fromTheRight(place, left - name.length - 1)}${end}`;
}

export interface Read extends DevProgram {
  /** As far as there was room for it; what is missing on the left shows as `~`. */
  site: string | undefined;
}

export function parseApplicationName(name: string): Read | undefined {
  const [, project, tool, port, site, pid] =
    /^(\S+)\/([\w.-]+)(?::(\d+))?(?: (\S+:\d+))? pid=(\d+)$/.exec(name) ?? [];
  if (project === undefined || tool === undefined) {
    return undefined;
  }
  return {
    ...{ project, tool, site, pid: Number(pid) },
    port: port === undefined ? undefined : Number(port),
  };
}

/** Anything but printable ASCII would come back as question marks. */
function ascii(text: string): string {
  return text.replace(/[^\x21-\x7e]/g, '_');
}

function fromTheRight(text: string, most: number): string {
  return text.length <= most ? text : `~${text.slice(1 - most)}`;
}

/** For everybody who looks there: postgres.js, knex, and pools whose place is not known. */
export function nameProcess(program: DevProgram): void {
  const present = process.env['PGAPPNAME'];
  // A process that started this one may have had a name by us.
  if (present !== undefined && parseApplicationName(present) === undefined) {
    return;
  }
  process.env['PGAPPNAME'] = applicationName(program);
}

/** A name in its URL counts more: pg sees to that. */
export function namePool({ options }: Pool, program: DevProgram, site: Site | undefined): void {
  const named = options as { application_name?: string };
  if (site === undefined || named.application_name !== undefined || !mayName()) {
    return;
  }
  named.application_name = applicationName(program, site);
}

export function nameClient(client: Client, program: DevProgram, trace: () => Trace): void {
  const { connectionParameters: named } = client as unknown as {
    connectionParameters?: { application_name?: string };
  };
  if (named === undefined || !mayName()) {
    return;
  }
  if (named.application_name && named.application_name !== process.env['PGAPPNAME']) {
    return;
  }
  named.application_name = applicationName(program, trace().site);
}

/** Not where a person has given the whole process a name. */
function mayName(): boolean {
  const present = process.env['PGAPPNAME'];
  return present === undefined || parseApplicationName(present) !== undefined;
}
