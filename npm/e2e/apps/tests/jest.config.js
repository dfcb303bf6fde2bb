// Jest with the guard or without, by GUARD; for runners.test.ts.
module.exports = {
  testMatch: ['**/generated/*.jest.js'],
  setupFiles: process.env.GUARD === 'jest' ? ['ai-cleanup/jest'] : [],
  maxWorkers: 8,
  testTimeout: 60000,
  forceExit: true,
};
