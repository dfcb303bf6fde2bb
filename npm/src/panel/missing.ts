// What the server lacks of ai_cleanup, and how to get it. For the panel.
import type { Server } from '../database/server.js';
import type { Trouble } from './message.js';

export function missingIn({ enabled, extension, available, database }: Server): Trouble[] {
  const missing: Trouble[] = [];
  if (enabled === null) {
    missing.push({
      message:
        'ai_cleanup is not loaded into this server: it makes no room for logins, and ends nothing by itself.',
      remedy:
        available === null
          ? ['Install it (see its README), then:', ...load]
          : ['As a superuser, then restart the server:', ...load],
    });
  }
  if (extension === null) {
    missing.push({
      message: `ai_cleanup is not created in ${database}: there is no journal, and cleaning up means pg_terminate_backend().`,
      remedy: ['CREATE EXTENSION ai_cleanup;'],
    });
  }
  if (enabled === false) {
    missing.push({
      message: 'ai_cleanup.enabled is off: nothing happens automatically.',
      remedy: ['ALTER SYSTEM SET ai_cleanup.enabled = on; SELECT pg_reload_conf();'],
    });
  }
  return missing;
}

const load = ["ALTER SYSTEM SET shared_preload_libraries = 'ai_cleanup';"];
