// The name under which this dev server's connections show up in PostgreSQL: project, port and pid.
// Set by the plugin through PGAPPNAME, which pg, Prisma, knex, typeorm and postgres.js read at each
// new connection; read back by whoever asks whose connections these are.

/** PostgreSQL cuts names off after this many bytes. */
const longest = 63;

export interface DevServer {
  project: string;
  port: number | undefined;
  pid: number;
}

export function applicationName({ project, port, pid }: DevServer): string {
  const rest = `/vite${port === undefined ? '' : `:${port}`} pid=${pid}`;
  // Anything but printable ASCII would come back as question marks.
  const name = project.replace(/[^\x21-\x7e]/g, '_').slice(0, longest - rest.length);
  return name + rest;
}

export function parseApplicationName(name: string): DevServer | undefined {
  const [, project, port, pid] = /^(\S+)\/vite(?::(\d+))? pid=(\d+)$/.exec(name) ?? [];
  if (project === undefined) return undefined;
  return { project, port: port === undefined ? undefined : Number(port), pid: Number(pid) };
}
