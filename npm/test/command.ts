// Runs the command `ai-cleanup` as people do, in a process of its own, with an environment that
// holds nothing but what a test puts there.
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const main = join(dirname(fileURLToPath(import.meta.url)), '../dist/cli/main.js');

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Setting {
  folder?: string;
  environment?: Record<string, string>;
  /** What is typed; without it there is no terminal and no input. */
  input?: string;
}

export function command(args: string[], setting: Setting = {}): Promise<Finished> {
  return execute(process.execPath, [main, ...args], setting);
}

/** The answer of a command with --json. */
export async function answer<Answer>(args: string[], setting: Setting = {}): Promise<Answer> {
  const { stdout, stderr } = await command([...args, '--json'], setting);
  try {
    return JSON.parse(stdout) as Answer;
  } catch {
    throw new Error(`No JSON: ${stdout}\n${stderr}`);
  }
}

export function execute(
  program: string,
  args: string[],
  { folder = tmpdir(), environment = {}, input }: Setting = {},
): Promise<Finished> {
  return new Promise((finished, failed) => {
    const child = spawn(program, args, { cwd: folder, env: clean(environment) });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', failed).on('close', (code) => finished({ code, stdout, stderr }));
    child.stdin.end(input ?? '');
  });
}

export function clean(environment: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? tmpdir(),
    TMPDIR: tmpdir(),
    NO_COLOR: '1',
    ...environment,
  };
}
