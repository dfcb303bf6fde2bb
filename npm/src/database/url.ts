// A URL of PostgreSQL: what is in it without the secrets, and what is wrong with one that cannot be
// read. By the parser that node-postgres itself has.
import { parse } from 'pg-connection-string';
import type { Remedy } from '../problem.js';

export interface Parts {
  user?: string;
  host?: string;
  port?: string;
  database?: string;
}

/** Undefined where it cannot be read. Never has a password in it. */
export function partsOf(url: string): Parts | undefined {
  // What is no URL would be taken for a database's name, whatever it has in it.
  if (!/^([\w+.-]+:|\/)/.test(url)) {
    return undefined;
  }
  try {
    // What concerns TLS may be about files, and these need not be there to name a database.
    const parts = parse(url.replace(/([?&])(ssl\w*|uselibpqcompat)=[^&]*/g, '$1'));
    const { user, host, port, database } = parts;
    const entries = Object.entries({ user, host, port, database }).filter(([, value]) => value);
    return Object.fromEntries(entries) as Parts;
  } catch {
    return undefined;
  }
}

/** The database for people. */
export function describeUrl(url: string): string {
  const { user, host, port, database } = partsOf(url) ?? {};
  const name = database ?? user ?? '?';
  return `${name} on ${host ?? 'localhost'}${host?.startsWith('/') ? '' : `:${port ?? 5432}`}`;
}

/** Is the server on this machine, as far as its address says? */
export function isLocalUrl(url: string): boolean {
  const { host = 'localhost' } = partsOf(url) ?? {};
  return /^(\/|localhost$|127\.|::1$|0\.0\.0\.0$)/.test(host);
}

/** Why it cannot be used, and what to do; undefined where nothing is wrong. */
export function objectionTo(url: string): { what: string; remedy: Remedy } | undefined {
  const scheme = /^([\w+.-]+):/.exec(url)?.[1];
  if (scheme === undefined || !/^postgres(ql)?$/.test(scheme)) {
    return {
      what: scheme === undefined ? 'is no URL' : `begins with ${scheme}:`,
      remedy: [
        'It has to look like postgresql://user:password@localhost:5432/app.',
        ...(scheme?.startsWith('prisma')
          ? ['A prisma: URL leads to a service in between; use the URL of PostgreSQL itself.']
          : []),
      ],
    };
  }
  const [, userInfo = '', hosts = ''] = /^\w+:\/\/(?:(.*)@)?([^/?#]*)/.exec(url) ?? [];
  if (hosts.includes(',')) {
    return {
      what: 'names several hosts',
      remedy: ['node-postgres connects to one: leave the others out, or use --url with one.'],
    };
  }
  if (/^[\da-f]*:[\da-f]*:[\da-f:]*$/i.test(hosts)) {
    return {
      what: 'has an IPv6 address without brackets',
      remedy: ['Write it as postgresql://user:password@[::1]:5432/app.'],
    };
  }
  if (/%(?![\da-f]{2})/i.test(userInfo)) {
    return {
      what: 'has a % that is not followed by two hexadecimal digits',
      remedy: ['In a user or password % itself must be written as %25.'],
    };
  }
  const port = /:([^\]:]*)$/.exec(hosts)?.[1] ?? '';
  if (userInfo !== '' && port !== '' && !(/^\d+$/.test(port) && Number(port) <= 65_535)) {
    return { what: `has no usable port (${port})`, remedy: ['A port is a number up to 65535.'] };
  }
  if (partsOf(url) === undefined) {
    return {
      what: 'cannot be read',
      remedy: [
        'Characters such as @ : / # % in a password must be written as %40 %3A %2F %23 %25.',
        'A port is a number up to 65535.',
      ],
    };
  }
  return undefined;
}
