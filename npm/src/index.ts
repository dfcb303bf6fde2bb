// The package's main entry: what this package is called and which version it has.
export { name, version } from './package.js';
