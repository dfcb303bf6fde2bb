#!/usr/bin/env node
// The command `ai-cleanup`: hands the command line to its commands.
import { Command } from 'commander';
import { name, version } from '../package.js';

await new Command(name).version(version).parseAsync();
