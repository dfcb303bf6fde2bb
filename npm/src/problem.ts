// A problem a person can do something about: what happened, and what to do. Whoever runs into
// one throws it; the command line prints it and turns its kind into an exit code.

export type Kind =
  /** The command was not understood, or there is no usable connection string. */
  | 'usage'
  /** The server is not there, or does not accept us. */
  | 'unreachable'
  /** The server is there, and every way in is taken. */
  | 'full';

/** What to do, one step a line. There is always something. */
export type Remedy = [string, ...string[]];

export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly kind: Kind,
    message: string,
    readonly remedy: Remedy,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
