// The database: one pool for the life of the process, a client as new as the code.
import { prismaSingleton } from 'ai-cleanup/prisma';
import { PrismaClient } from '../generated/prisma/client.ts';
import { config } from './config.ts';

export const prisma = prismaSingleton(PrismaClient, { max: config.maxConnections });
