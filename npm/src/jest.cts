// The entry `ai-cleanup/jest`, for `setupFiles: ['ai-cleanup/jest']`: the guard in each process that
// runs tests. Jest gives every test file modules and globals of its own, in which ESM may not be
// there at all; so this asks Node.js itself for its require, and the guard lives outside of them.
const { createRequire } = process.getBuiltinModule('node:module');
const { install } = createRequire(__filename)('./guard/install.js') as {
  install(): { rename(better: { tool: string }): void };
};

install().rename({ tool: 'jest' });
