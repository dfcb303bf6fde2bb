// Naive on purpose: a pool with each reload, and nobody closes the old one.
import pg from 'pg';
import { config } from './config';

interface Unused {
  lines: 'that are not there when this is JavaScript';
}

export const pool = new pg.Pool({
  connectionString: process.env['DATABASE_URL'],
  idleTimeoutMillis: 0,
});
export const tutor: string = config.tutor satisfies string;
export type { Unused };
