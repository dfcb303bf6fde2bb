// Tells the server that this client listens on its idle connections, so that it hears at once when
// its session was retired, and a pool never hands out a connection that is none any more. A server
// that does not know the setting is not asked again. Nothing of this may fail, or be logged there:
// as a connection option the setting could be refused, and SET of what is unknown is an error.
import type { Client } from 'pg';

const statement =
  "SELECT set_config('ai_cleanup.tell_client', 'at_once', false) " +
  "WHERE current_setting('ai_cleanup.tell_client', true) IS NOT NULL";

interface Inside {
  replication?: unknown;
  _queryQueue?: unknown[];
  connectionParameters?: { options?: string };
  query(
    text: string,
    callback: (error: unknown, result?: { rowCount: number | null }) => void,
  ): void;
}

/** The servers that know nothing of it. */
const without = new Set<string>();
const told = new WeakSet<Client>();

export function tellThatWeListen(client: Client, then: () => void): void {
  const inside = client as unknown as Inside;
  const server = `${client.host}:${client.port}/${client.database}`;
  const isBusy = inside._queryQueue?.length !== 0; // or a client of another kind
  const hasChosen = /ai_cleanup\.tell_client/.test(inside.connectionParameters?.options ?? '');
  const isNoUse = without.has(server) || told.has(client) || inside.replication;
  if (isNoUse || isBusy || hasChosen) {
    then();
    return;
  }
  told.add(client);
  inside.query(statement, (error, result) => {
    if (error || !result?.rowCount) {
      without.add(server);
    }
    then();
  });
}
