// The code of an error, an SQLSTATE or one of Node.js's, and those that decide what we do. An error is
// known by its code alone: where a test runner gives modules an Error of their own, it is no instance
// of ours.

/** The session was retired before it was asked: nothing was executed. */
export const retired = '57P05';

/** No connection slot is free: of the server, of the role or of the database. */
export const tooManyConnections = '53300';

export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) {
    return undefined;
  }
  if ('errors' in error && Array.isArray(error.errors)) {
    return codeOf(error.errors[0]); // one error for each address of a host name
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
