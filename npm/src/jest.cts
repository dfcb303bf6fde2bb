// The entry `ai-cleanup/jest`, for `setupFiles: ['ai-cleanup/jest']`: the guard in each process that
// runs tests. Jest gives every test file modules and globals of its own, in which ESM may not be
// there at all, and answers for Node.js's own `module`, too. Event emitters are Node.js's own even
// there, so by way of them leads to where the guard belongs: outside, once for the process.
import type NodeModule = require('node:module');
import events = require('node:events');

const AnyFunction = events.EventEmitter.constructor as FunctionConstructor;
const outside = AnyFunction('return globalThis')() as typeof globalThis;
const { createRequire } = outside.process.getBuiltinModule('node:module') as typeof NodeModule;
const { install } = createRequire(__filename)('./guard/install.js') as {
  install(): { warn: (text: string) => void; rename(better: { tool: string }): void };
};

const guard = install();
guard.rename({ tool: 'jest' });
guard.warn = () => {}; // in the output of tests its words would only be in the way
