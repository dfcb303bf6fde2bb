// The pools of node-postgres in this process: which code made each, and which of them newer code has
// replaced. When code is loaded anew and brings a pool of its own, the connections that the older
// pool keeps for later are closed. That pool is never ended: whoever still holds it can go on using
// it, and it will not keep what it opens.
//
// What a reload is, a tool may tell (Vite's plugin does: a generation each). Otherwise it shows: the
// same function of the same file makes a pool with the same options again, at another time. Pools
// that are made in one go are siblings.
import type { Pool } from 'pg';
import { databaseOf, nameOf } from './database.js';
import { type Connect, letGo } from './let_go.js';
import { traceOf } from './prisma.js';
import type { Site, Trace } from './site.js';

interface Entry {
  database: string;
  options: string;
  name: string;
  site: Site | undefined;
  turn: number;
  /** Of the code that used it first. */
  generation: number;
  trimmed: boolean;
}

export interface PoolReport {
  database: string;
  /** Where in the code it was made: `src/server/db.ts:14`. */
  site: string | null;
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
  /** Told of each pool that newer code has replaced: where, and how many it was so far. */
  onReplaced: (site: Site | undefined, count: number) => void = () => {};
  #isTold = false;
  readonly #traces = new WeakMap<Pool, Trace>();
  readonly #entries = new WeakMap<Pool, Entry>();
  /** Those that have connections, or had one last. */
  readonly #pools = new Set<Pool>();
  readonly #replaced = new Map<string, number>();

  /** The code is about to be evaluated anew: from now on only who says so decides what is older. */
  startGeneration(): void {
    this.#isTold = true;
    this.generation += 1;
  }

  made(pool: Pool, trace: Trace): void {
    this.#traces.set(pool, trace);
  }

  /** Someone is about to take a connection from a pool. True if nobody has before. */
  use(pool: Pool, connect: Connect): boolean {
    this.#pools.add(pool);
    if (this.#entries.has(pool)) {
      return false;
    }
    const trace = traceOf(pool.options) ?? this.#traces.get(pool);
    const entry: Entry = {
      database: databaseOf(pool.options),
      options: textOf(pool.options),
      name: nameOf(pool.options),
      site: trace?.site,
      turn: trace?.turn ?? 0,
      generation: this.generation,
      trimmed: false,
    };
    this.#entries.set(pool, entry);
    pool.on('remove', () => {
      if (entry.trimmed && pool.totalCount === 0) {
        this.#pools.delete(pool);
      }
    });
    for (const [other, its] of this.#known()) {
      if (!its.trimmed && this.#isOlder(its, entry)) {
        this.#trim(other, its, connect);
      }
    }
    return true;
  }

  siteOf(pool: Pool): Site | undefined {
    return this.#entries.get(pool)?.site;
  }

  report(): PoolReport[] {
    return this.#known().map(([pool, { name, site, generation, trimmed }]) => ({
      database: name,
      site: site === undefined ? null : `${site.file}:${site.line}`,
      ...{ generation, trimmed },
      total: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }));
  }

  #isOlder(old: Entry, young: Entry): boolean {
    if (old.database !== young.database) {
      return false;
    }
    if (this.#isTold) {
      return old.generation < young.generation;
    }
    return (
      old.turn < young.turn &&
      old.options === young.options &&
      placeOf(old.site) !== undefined &&
      placeOf(old.site) === placeOf(young.site)
    );
  }

  #known(): [Pool, Entry][] {
    return [...this.#pools].flatMap((pool) => {
      const entry = this.#entries.get(pool);
      return entry === undefined ? [] : [[pool, entry] satisfies [Pool, Entry]];
    });
  }

  #trim(pool: Pool, entry: Entry, connect: Connect): void {
    entry.trimmed = true;
    this.poolsTrimmed += 1;
    this.connectionsClosed += pool.totalCount;
    letGo(pool, connect);
    if (pool.totalCount === 0) {
      this.#pools.delete(pool);
    }
    const place = placeOf(entry.site) ?? '';
    const count = (this.#replaced.get(place) ?? 0) + 1;
    this.#replaced.set(place, count);
    this.onReplaced(entry.site, count);
  }
}

/** Without the line: an edit above it moves that. */
function placeOf(site: Site | undefined): string | undefined {
  return site === undefined ? undefined : `${site.file} ${site.within}`;
}

/** Compared, never shown. */
function textOf(options: object): string {
  try {
    return JSON.stringify(options);
  } catch {
    return ''; // an option that refers to itself: the database has to do
  }
}
