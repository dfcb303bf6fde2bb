// A command line short enough to be shown: without the folders that everybody knows.
import { sep } from 'node:path';

const most = 60;

export function shorten(command: string, project: string): string {
  const [program = '', ...rest] = command.split(`${project}${sep}`).join('').split(' ');
  const short = [program.split(/[/\\]/).pop(), ...rest].join(' ');
  return short.length > most ? `${short.slice(0, most - 1)}…` : short;
}
