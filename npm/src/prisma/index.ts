// The entry `ai-cleanup/prisma`.
export {};
