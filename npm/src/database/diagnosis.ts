// What a server lacks of ai_cleanup, if anything, and the next step to get it: one step, for the one
// after it is asked for again. Shown by doctor, the panel and init.

import type { Remedy } from '../problem.js';
import { literal } from './connection.js';
import type { Server } from './server.js';

export interface Lack {
  id: 'extension' | 'preload' | 'create' | 'update' | 'enabled';
  message: string;
  remedy: Remedy;
}

const without = 'it makes no room for logins, and cleaning up means pg_terminate_backend().';

export function lackOf(server: Server): Lack | undefined {
  const { database, enabled, available, extension } = server;
  if (enabled === null && available === null) {
    return {
      id: 'extension',
      message: `The server does not have the extension ai_cleanup: ${without}`,
      remedy: ['Install it on the server, as its README says; then look here again.'],
    };
  }
  if (enabled === null) {
    return {
      id: 'preload',
      message: `ai_cleanup is installed, but the server was started without it: ${without}`,
      remedy: [
        ...loading(server),
        'Then restart PostgreSQL (sudo service postgresql restart, docker compose restart).',
      ],
    };
  }
  if (extension === null) {
    return {
      id: 'create',
      message: `ai_cleanup is loaded, but its functions are not in ${database}: there is no journal, and cleaning up means pg_terminate_backend().`,
      remedy: [`In ${database}, as its owner: CREATE EXTENSION ai_cleanup;`],
    };
  }
  if (available !== null && available !== extension) {
    return {
      id: 'update',
      message: `ai_cleanup ${extension} is in ${database}, and ${available} is installed.`,
      remedy: [`In ${database}, as its owner: ALTER EXTENSION ai_cleanup UPDATE;`],
    };
  }
  if (!enabled) {
    return {
      id: 'enabled',
      message: 'ai_cleanup is switched off: it ends sessions only when it is called.',
      remedy: [
        "As a superuser: ALTER SYSTEM SET ai_cleanup.enabled = 'on'; SELECT pg_reload_conf();",
      ],
    };
  }
  return undefined;
}

/** What to say to load it: what is in the setting now has to stay there. */
function loading({ libraries }: Server): Remedy {
  return libraries === null
    ? [
        'As a superuser: SHOW shared_preload_libraries;',
        `If that is empty: ${loadStatement('')};`,
        `If it is not: the same, with what it shows in front, each in quotes: 'that', 'ai_cleanup'`,
      ]
    : [`As a superuser: ${loadStatement(libraries)};`];
}

/** With what shared_preload_libraries is now. */
export function loadStatement(libraries: string): string {
  const present = [...libraries.matchAll(/"((?:[^"]|"")*)"|[^",\s]+/g)].map(
    ([whole, quoted]) => quoted?.replaceAll('""', '"') ?? whole,
  );
  const list = [...present, 'ai_cleanup'].map((library) => literal(library)).join(', ');
  return `ALTER SYSTEM SET shared_preload_libraries = ${list}`;
}
