// The database as many write it: a new client, with a new pool, each time this module is reloaded.
// Nobody closes the old one. (By default the pool itself would close connections that are idle for
// 10 seconds. Here it does not, like other drivers: the leak stays to be looked at.)
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../generated/prisma/client.ts';
import { config } from './config.ts';

export const prisma = new PrismaClient({
  adapter: new PrismaPg({
    connectionString: process.env['DATABASE_URL'],
    max: config.maxConnections,
    idleTimeoutMillis: 0,
  }),
});
