// Why a login failed, in words, and what to do about it: turns an error of the driver into a
// Problem. Called by connection.ts only.
import pg from 'pg';
import { codeOf, tooManyConnections } from '../error_code.js';
import { Problem, type Remedy } from '../problem.js';
import { type Address, describe } from './address.js';

/** Node.js's driver has no code for this. */
export function isWithoutTls(error: Error): boolean {
  return /server does not support SSL/i.test(error.message);
}

export function explain(error: unknown, address: Address): unknown {
  const where = describe(address);
  const code = codeOf(error);
  const said = error instanceof pg.DatabaseError ? ` PostgreSQL says: ${error.message}.` : '';
  const problem = (kind: 'unreachable' | 'full', message: string, ...remedy: Remedy) =>
    new Problem(kind, message + said, [...remedy, `The URL is the one of ${address.from}.`], error);

  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return problem(
        'unreachable',
        `No PostgreSQL answers for ${where}.`,
        'Start the server (sudo service postgresql start, docker compose up -d), or correct host and port.',
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return problem('unreachable', `The host of ${where} is not known.`, 'Correct the host.');
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return problem('unreachable', `${where} cannot be reached.`, 'Is the network, or a VPN, up?');
    case '28P01':
    case '28000':
      return problem(
        'unreachable',
        `${where} does not let us in.`,
        'Correct user and password. As a superuser, \\password USER in psql sets a new one.',
      );
    case '3D000':
      return problem('unreachable', `${where}: no such database.`, 'Correct it, or createdb.');
    case '57P03':
      return problem('unreachable', `${where} is starting or stopping.`, 'Try again in a moment.');
    case tooManyConnections:
      return problem(
        'full',
        `No connection to ${where} is free.`,
        'Stop a dev server or a test run: ai-cleanup reset ends those of this project.',
        'Or use --url with a superuser or a REPLICATION role: these have a way in of their own.',
        'With ai_cleanup in shared_preload_libraries the server makes room by itself.',
      );
    default:
      break;
  }
  if (error instanceof Error && /password must be a string|no password/i.test(error.message)) {
    return problem(
      'unreachable',
      `${where} wants a password.`,
      'Put it into the URL: postgresql://user:password@host:port/database.',
      'If the role has none: as a superuser, \\password USER in psql sets one.',
    );
  }
  if (error instanceof Error && isWithoutTls(error)) {
    return problem(
      'unreachable',
      `${where} has no TLS, and the URL wants it.`,
      'Take sslmode out of the URL, or say sslmode=prefer.',
    );
  }
  if (code !== undefined && /CERT|ISSUER|SIGNATURE|ALTNAME/.test(code)) {
    return problem(
      'unreachable',
      `The certificate of ${where} is not accepted: ${(error as Error).message}.`,
      'With sslmode=require in the URL it is not looked at (what psql does, too).',
      'Or name who has signed it: sslrootcert=/path/to/root.crt.',
    );
  }
  if (error instanceof Error && /timeout|terminated unexpectedly|SSL/i.test(error.message)) {
    return problem('unreachable', `${where}: ${error.message}.`, 'Is it PostgreSQL at that port?');
  }
  if (error instanceof pg.DatabaseError) {
    return problem('unreachable', `${where} does not let us in.`, 'See what PostgreSQL says.');
  }
  return error;
}
