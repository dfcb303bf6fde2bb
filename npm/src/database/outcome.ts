// What a clean-up is asked for, and what it says it would do or has done, by either way: cleanup.ts
// and plain.ts. For whoever calls these.

export interface Wishes {
  /** End all sessions of the database, whatever they do. */
  force?: boolean;
  /** Only those that have been idle for so long, in seconds. */
  idleSeconds?: number;
}

/** One session, and what becomes or became of it. */
export interface Session {
  pid: number;
  role: string;
  application: string;
  client: string | null;
  state: string | null;
  idleSeconds: number | null;
  reason: string;
}

/** What a clean-up would do. */
export interface Plan {
  go: Session[];
  stay: Session[];
}

export interface Outcome {
  went: Session[];
  stayed: Session[];
  /** Sessions that should be gone: still leaving, or, with force, not to be ended by our role. */
  remaining: number;
  /** What the server had to say. */
  notices: string[];
}
