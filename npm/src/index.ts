// The package's main entry, for programs: what the commands are made of. A server is looked at,
// and cleaned up, by way of a connection:
//
//   const connection = await connect(findAddress(undefined));
//   const server = await readServer(connection);
//   console.log(await cleanUp(connection, server));
//   await connection.close();
export { type Address, findAddress } from './database/address.js';
export { cleanUp, plan } from './database/cleanup.js';
export { type Connection, connect, type Way } from './database/connection.js';
export type { Outcome, Plan, Session, Wishes } from './database/outcome.js';
export { readServer, type Server } from './database/server.js';
export {
  type Count,
  type Ending,
  type Leak,
  readCount,
  readEndings,
  readLeaks,
} from './database/sessions.js';
export { name, version } from './package.js';
export { type Kind, Problem } from './problem.js';
