// Clients of a test's server: idle ones, and such as are at work. A lost connection is theirs to
// notice; it does not end the test.
import pg from 'pg';
import type { Cluster } from './cluster.js';

export class Clients {
  private readonly clients: pg.Client[] = [];
  private readonly pids: number[] = [];
  private readonly lost = new Set<pg.Client>();

  constructor(
    private readonly cluster: Cluster,
    private readonly role = 'app',
  ) {}

  /** Connections on which nothing has been asked yet but one question. */
  async idle(count: number, application = 'idle-app'): Promise<pg.Client[]> {
    const opened: pg.Client[] = [];
    for (let i = 0; i < count; i++) {
      const client = await this.open(application);
      await client.query('SELECT 1');
      opened.push(client);
    }
    return opened;
  }

  async inTransaction(application = 'transaction-app'): Promise<pg.Client> {
    const client = await this.open(application);
    await client.query('BEGIN');
    return client;
  }

  /** Executes until it is ended, or its clients are closed. */
  async atWork(application = 'busy-app'): Promise<pg.Client> {
    const client = await this.open(application);
    const pid = this.pids.at(-1);
    client.query('SELECT pg_sleep(3600)').catch(() => {});
    const isActive = `SELECT FROM pg_stat_activity WHERE pid = ${pid} AND state = 'active'`;
    while ((await this.cluster.query(isActive)).length === 0) {}
    return client;
  }

  isLost(client: pg.Client): boolean {
    return this.lost.has(client);
  }

  /** Waits until the client has noticed that its connection is gone. */
  async untilLost(client: pg.Client): Promise<void> {
    if (!this.lost.has(client)) {
      await new Promise<void>((resolve) => client.once('end', resolve));
    }
  }

  /** Ends all, those at work too, and waits until the server has no trace of them. */
  async close(): Promise<void> {
    for (const pid of this.pids) {
      await this.cluster.query(`SELECT pg_terminate_backend(${pid}, 60000)`);
    }
    await Promise.all(this.clients.map((client) => this.untilLost(client)));
  }

  private async open(application: string): Promise<pg.Client> {
    // They listen, and say so: what becomes of one that does not is for the end-to-end tests.
    const client = new pg.Client({
      connectionString: this.cluster.url(this.role),
      application_name: application,
      options: '-c ai_cleanup.tell_client=at_once',
    });
    client.on('error', () => {}).on('end', () => this.lost.add(client));
    await client.connect();
    this.clients.push(client);
    this.pids.push(await pidOf(client));
    return client;
  }
}

export async function pidOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}
