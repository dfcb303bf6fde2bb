// The pools of node-postgres in this process, and the generation of the code that uses each.
// The guard tells it of each use of a pool, the plugin of each reload. When new code brings a pool
// of its own, the connections that pools of older code keep for later are closed. Those pools are
// never ended: whoever still holds one can go on using it, and it will not keep what it opens.
import type { Pool } from 'pg';
import { type Connect, letGo } from '../../let_go.js';
import { databaseOf } from './database.js';

interface Entry {
  database: string;
  /** Of the code that used it first. */
  generation: number;
  trimmed: boolean;
}

export interface PoolReport {
  database: string;
  generation: number;
  trimmed: boolean;
  total: number;
  idle: number;
  waiting: number;
}

export class PoolRegister {
  generation = 0;
  poolsTrimmed = 0;
  connectionsClosed = 0;
  /** Connections that the server closed while nobody but the guard listened. */
  connectionsLost = 0;
  readonly #entries = new WeakMap<Pool, Entry>();
  /** Those that have connections, or had one last. */
  readonly #pools = new Set<Pool>();

  /** The code is about to be evaluated anew. */
  startGeneration(): void {
    this.generation += 1;
  }

  /** Someone is about to take a connection from a pool. True if nobody has before. */
  use(pool: Pool, connect: Connect): boolean {
    this.#pools.add(pool);
    if (this.#entries.has(pool)) return false;
    const entry: Entry = {
      database: databaseOf(pool.options),
      generation: this.generation,
      trimmed: false,
    };
    this.#entries.set(pool, entry);
    pool.on('remove', () => {
      if (entry.trimmed && pool.totalCount === 0) this.#pools.delete(pool);
    });
    this.#trimOlder(entry, connect);
    return true;
  }

  report(): PoolReport[] {
    return this.#known().map(([pool, { database, generation, trimmed }]) => ({
      database,
      generation,
      trimmed,
      total: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }));
  }

  #known(): [Pool, Entry][] {
    return [...this.#pools].flatMap((pool) => {
      const entry = this.#entries.get(pool);
      return entry === undefined ? [] : [[pool, entry] satisfies [Pool, Entry]];
    });
  }

  #trimOlder({ database, generation }: Entry, connect: Connect): void {
    for (const [pool, entry] of this.#known()) {
      if (entry.database === database && entry.generation < generation && !entry.trimmed) {
        this.#trim(pool, entry, connect);
      }
    }
  }

  #trim(pool: Pool, entry: Entry, connect: Connect): void {
    entry.trimmed = true;
    this.poolsTrimmed += 1;
    this.connectionsClosed += pool.totalCount;
    letGo(pool, connect);
    if (pool.totalCount === 0) this.#pools.delete(pool);
  }
}
