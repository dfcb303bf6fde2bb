// Vitest with the guard or without, by GUARD; for runners.test.ts.
export default {
  test: {
    include: ['generated/*.vitest.mjs'],
    setupFiles: process.env.GUARD === 'vitest' ? ['ai-cleanup/vitest'] : [],
    maxWorkers: 8,
    testTimeout: 60000,
  },
};
