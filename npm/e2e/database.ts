// The tests' own look at the database: one superuser's connection, to another database, so that it
// does not count itself.

import pg from 'pg';
import { Cluster, type ClusterOptions } from '../test/cluster.ts';
import { until } from './app.ts';
import { atEnd, type Owner } from './owner.ts';

export class Database {
  private constructor(
    readonly cluster: Cluster,
    private readonly client: pg.Client,
  ) {}

  static async start(t: Owner, options: ClusterOptions = {}): Promise<Database> {
    const cluster = await Cluster.start({
      ...options,
      settings: ['max_connections = 30', ...(options.settings ?? [])],
    });
    const client = new pg.Client({ connectionString: cluster.url('postgres', 'postgres') });
    client.on('error', () => {}); // some tests stop the server
    await client.connect();
    atEnd(t, async () => {
      await client.end();
      await cluster.stop();
    });
    return new Database(cluster, client);
  }

  get url(): string {
    return this.cluster.url();
  }

  async query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
    return (await this.client.query<Row>(sql)).rows;
  }

  /** The sessions of the app's database. */
  async sessions(): Promise<{ pid: number; application_name: string }[]> {
    return this.query(
      `SELECT pid, application_name FROM pg_stat_activity
       WHERE datname = 'app' AND backend_type = 'client backend' ORDER BY backend_start`,
    );
  }

  /** Clients that connect to the app's database and do nothing more; asks for how they ended. */
  async leak(name: string, count: number): Promise<() => Promise<string[]>> {
    const ends: Promise<string>[] = [];
    for (let opened = 0; opened < count; opened++) {
      const client = new pg.Client({
        connectionString: this.url,
        application_name: name,
        options: '-c ai_cleanup.tell_client=at_once', // it listens for its end
      });
      ends.push(
        new Promise((ended) => {
          client.on('error', (error: Error & { code?: string }) => ended(error.code ?? ''));
        }),
      );
      await client.connect();
    }
    return () => Promise.all(ends);
  }

  /**
   * Keeps everybody off a table of the app until what it returns is called. By a replication
   * connection, which takes no slot and is not counted.
   */
  async lock(table: string): Promise<() => Promise<void>> {
    const config: pg.ClientConfig & { replication: string } = {
      connectionString: this.cluster.url('postgres'),
      replication: 'database',
    };
    const client = new pg.Client(config);
    await client.connect();
    await client.query(`BEGIN; LOCK TABLE ${table}`);
    return () => client.end();
  }

  /** Ends the sessions of the app's database, idle ones or all, and waits until they are gone. */
  async cleanUp(force: boolean): Promise<void> {
    await this.cluster.query(`SELECT ai_cleanup(${force})`, 'app');
    await until('the sessions to go', async () => (await this.count()) === 0);
  }

  /** The same for idle ones whose clients are told at once: until they have heard it, and closed. */
  async cleanUpAndTell(): Promise<void> {
    const toldBy = async () => {
      const sql =
        'SELECT clients_told::int AS told, connections_held::int AS held FROM ai_cleanup_stats';
      const [row] = await this.cluster.query<{ told: number; held: number }>(sql, 'app');
      return row ?? { told: 0, held: 0 };
    };
    const expected = (await toldBy()).told + (await this.count());
    await this.cleanUp(false);
    await until('the clients to be told', async () => {
      const { told, held } = await toldBy();
      return told >= expected && held === 0;
    });
  }

  async count(): Promise<number> {
    return (await this.sessions()).length;
  }
}
