// The command `ai-cleanup status [URL...]`: how many connections there are, and whose; of several databases
// one after the other.
import pc from 'picocolors';
import { type Address, describe, findAddress } from '../database/address.js';
import { limitOf } from '../database/server.js';
import { readCount, readLeaks } from '../database/sessions.js';
import { Problem } from '../problem.js';
import { several } from '../words.js';
import { exit, exitOf } from './exit.js';
import { leakTable } from './session_table.js';
import { bar } from './table.js';
import { complain } from './trouble.js';
import { extensionState, type Visit, type VisitOptions, visit } from './visit.js';

export interface StatusOptions extends VisitOptions {
  json?: boolean | undefined;
}

export async function status(urls: string[], options: StatusOptions): Promise<number> {
  let result: number = exit.done;
  for (const url of urls.length > 0 ? urls : [options.url]) {
    try {
      console.log(await visit({ ...options, url }, (visit) => look(visit, options.json ?? false)));
    } catch (error) {
      if (!(error instanceof Problem) || urls.length < 2) {
        throw error;
      }
      // The others are of interest all the same.
      complain(error, { ...options, about: about(url) });
      result = exitOf(error.kind);
    }
  }
  return result;
}

function about(url: string | undefined): string | undefined {
  try {
    const address: Address = findAddress(url);
    return describe(address);
  } catch {
    return undefined;
  }
}

async function look({ address, connection, server }: Visit, asJson: boolean): Promise<string> {
  const count = await readCount(connection, server);
  const leaks = await readLeaks(connection, server);
  const limit = limitOf(server);
  if (asJson) {
    return JSON.stringify({
      ...{ command: 'status', where: describe(address), way: connection.way },
      ...{ server, connections: { ...count, limit }, leaks },
    });
  }
  return [
    `${pc.bold(describe(address))} ${pc.dim(`(PostgreSQL ${server.version}, ${extensionState(server)})`)}`,
    `  ${bar(count.server, limit)} ${pc.bold(`${count.server} of ${limit}`)} connections in use, ` +
      `${several(count.database, 'of them', 'of them')} to ${server.database}`,
    ...(limit < server.maxConnections
      ? [
          pc.dim(
            `  (max_connections is ${server.maxConnections}; ${server.reserved} are for superusers)`,
          ),
        ]
      : []),
    leakTable(leaks),
  ].join('\n');
}
