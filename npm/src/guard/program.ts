// This program as its connections are to call it: the project, the tool it was started by, and the
// port it listens on.
import type { Server } from 'node:http';
import { basename } from 'node:path';
import { findProject, nameOf } from '../project.js';
import { type DevProgram, nameProcess, parseApplicationName } from './application_name.js';

export interface Program extends DevProgram {
  folder: string;
}

export function thisProgram(folder: string = findProject()): Program {
  const program = {
    ...{ folder, project: nameOf(folder), tool: toolOf(process.argv[1]) },
    ...{ port: undefined, pid: process.pid },
  };
  // A worker thread has the name of the program that it is part of, if that has one by us.
  const named = parseApplicationName(process.env['PGAPPNAME'] ?? '');
  return named?.pid === process.pid ? { ...program, tool: named.tool, port: named.port } : program;
}

/** The package whose command it is; `node` for a script of one's own. */
export function toolOf(script: string | undefined): string {
  const path = (script ?? '').replaceAll('\\', '/');
  const command = /\/node_modules\/\.bin\/([\w.-]+)$/.exec(path)?.[1];
  const inside = path.slice(path.lastIndexOf('/node_modules/') + '/node_modules/'.length);
  const [scopeOrName = '', name = ''] = path.includes('/node_modules/') ? inside.split('/') : [];
  const pack = scopeOrName.startsWith('@') ? name : scopeOrName;
  return (command && basename(command, '.js')) || pack || 'node';
}

/** The port of the first server that listens is the one people know the program by. */
export function learnPort(program: Program, server: Server): void {
  server.once('listening', () => {
    const address = server.address();
    if (program.port !== undefined || address === null || typeof address !== 'object') {
      return;
    }
    program.port = address.port;
    nameProcess(program);
  });
}
