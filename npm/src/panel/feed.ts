// What the panel shows, once a second, for as long as somebody looks at it: then, and only then,
// there is a connection to the database. Started by the panel with its first viewer.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Address, describe, findAddress, isLocal } from '../database/address.js';
import { type Connection, connect } from '../database/connection.js';
import { lackOf } from '../database/diagnosis.js';
import { takeSample } from '../database/sample.js';
import { readServer, type Server } from '../database/server.js';
import type { PoolRegister } from '../guard/register.js';
import { Problem } from '../problem.js';
import type { Message, Point, Pools, Trouble } from './message.js';

type Viewer = (message: Message) => void;

export interface Visit {
  address: Address;
  connection: Connection;
  server: Server;
}

export interface Source {
  /** The database that was asked for; or else the one of the folder's project. */
  address?: Address;
  folder?: string;
  /** The pools of the program that the panel is part of. */
  register?: PoolRegister;
}

const intervalMs = 1000;
const longestHistory = 900;
const mostEndings = 200;
const nothing = { database: null, server: null, limit: null };

export class Feed {
  readonly #viewers = new Set<Viewer>();
  readonly #history: Point[] = [];
  #visit: Promise<Visit> | undefined;
  #looking: AbortController | undefined;

  constructor(private readonly source: Source) {}

  /** Tells the viewer of everything from now on; call what it returns to stop. */
  watch(viewer: Viewer): () => void {
    viewer({
      kind: 'hello',
      application: process.env['PGAPPNAME'] ?? '',
      history: this.#history,
    });
    this.#viewers.add(viewer);
    if (this.#looking === undefined) {
      this.#looking = new AbortController();
      void this.#look(this.#looking.signal);
    }
    return () => {
      this.#viewers.delete(viewer);
      if (this.#viewers.size === 0) {
        this.stop();
      }
    };
  }

  stop(): void {
    this.#looking?.abort();
    this.#looking = undefined;
    this.#hangUp();
  }

  /** The connection of the feed, or a new one; it stays if there are viewers. */
  async visit<Result>(work: (visit: Visit) => Promise<Result>): Promise<Result> {
    try {
      this.#visit ??= this.#connect();
      return await work(await this.#visit);
    } catch (error) {
      this.#hangUp();
      throw error;
    } finally {
      if (this.#looking === undefined) {
        this.#hangUp();
      }
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const message = await this.visit((visit) => this.#sample(visit)).catch(
        (error: unknown): Message => ({
          kind: 'trouble',
          trouble: troubleOf(error),
          point: { at: Date.now(), ...nothing, generation: this.#generation },
          pools: this.#pools(),
        }),
      );
      if (signal.aborted) {
        return;
      }
      if (message.kind !== 'hello') {
        this.#remember(message.point);
      }
      for (const viewer of this.#viewers) {
        viewer(message);
      }
      await sleep(intervalMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  #remember(point: Point): void {
    this.#history.push(point);
    this.#history.splice(0, this.#history.length - longestHistory);
  }

  get #generation(): number {
    return this.source.register?.generation ?? 0;
  }

  async #sample({ address, connection, server }: Visit): Promise<Message> {
    const { at, connections, leaks, endings, line } = await takeSample(
      connection,
      server,
      mostEndings,
    );
    const { version, database, role, maxConnections, reserved, extension } = server;
    return {
      kind: 'sample',
      point: {
        at: at.getTime(),
        database: connections.database,
        server: connections.server,
        limit: connections.limit,
        generation: this.#generation,
      },
      where: describe(address),
      isLocal: isLocal(address),
      server: { version, database, role, maxConnections, reserved, extension },
      leaks,
      endings,
      line,
      pools: this.#pools(),
      lack: lackOf(server) ?? null,
    };
  }

  #pools(): Pools | null {
    const { register } = this.source;
    if (register === undefined) {
      return null;
    }
    const { generation, poolsTrimmed, connectionsClosed, connectionsLost } = register;
    return {
      pools: register.report(),
      ...{ generation, poolsTrimmed, connectionsClosed, connectionsLost },
    };
  }

  async #connect(): Promise<Visit> {
    const address = this.source.address ?? findAddress(undefined, process.env, this.source.folder);
    const connection = await connect(address, { waitMs: intervalMs });
    return { address, connection, server: await readServer(connection) };
  }

  #hangUp(): void {
    const visit = this.#visit;
    this.#visit = undefined;
    void visit?.then(({ connection }) => connection.close()).catch(() => {});
  }
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof Problem) {
    // A panel has no options: what a command line would be told does not help here.
    const remedy = error.remedy
      .map((step) => step.replace(/, or use --url\b[^.]*/, '').replace('--url, ', ''))
      .filter((step) => !step.includes('--url'));
    return { message: error.message, remedy };
  }
  return { message: error instanceof Error ? error.message : String(error), remedy: [] };
}
