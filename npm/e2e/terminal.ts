// A command in a terminal (script's), and a picture of what that shows: drawn by xterm.js in a
// browser. For the screenshots.
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import type * as Xterm from '@xterm/xterm';
import { environment } from './app.ts';
import { openPage } from './browser.ts';
import { atEnd, kill, type Owner } from './owner.ts';

const require = createRequire(import.meta.url);
const size = { cols: 136, rows: 30 };
const theme = { background: '#1e1e2e', foreground: '#cdd6f4', cursor: '#1e1e2e' };

export class Terminal {
  #shown = '';
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor(t: Owner, command: string, env: Record<string, string>) {
    const line = `stty columns ${size.cols} rows ${size.rows}; exec ${command}`;
    const { NO_COLOR: _, ...inherited } = environment();
    const terminal = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
      env: { ...inherited, ...env, TERM: 'xterm-256color', SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    atEnd(t, () => kill(terminal));
    this.#process = terminal;
    this.#closed = new Promise((closed) => terminal.once('close', closed));
    terminal.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#shown += text;
    });
  }

  /** Types a key that ends the command, and takes a picture of what it has left on the screen. */
  async quit(key: string, t: Owner, path: string): Promise<void> {
    this.#process.stdin?.write(key);
    await this.#closed;
    const page = await openPage(t, 'about:blank', {
      viewport: { width: 1400, height: 800 },
      deviceScaleFactor: 1.5,
    });
    const style = `display: inline-block; padding: 12px; background: ${theme.background}`;
    await page.setContent(`<div id="screen" style="${style}"></div>`);
    await page.addStyleTag({ path: require.resolve('@xterm/xterm/css/xterm.css') });
    await page.addScriptTag({ path: require.resolve('@xterm/xterm') });
    await page.evaluate(
      ({ shown, options }) =>
        new Promise<void>((drawn) => {
          const { Terminal: Screen } = globalThis as unknown as typeof Xterm;
          const screen = new Screen(options);
          screen.open(document.querySelector('#screen') as HTMLElement);
          screen.write(shown, () => requestAnimationFrame(() => drawn()));
        }),
      {
        shown: this.#shown,
        options: { ...size, theme, fontSize: 14, fontFamily: 'DejaVu Sans Mono, monospace' },
      },
    );
    await page.locator('#screen').screenshot({ path });
  }
}
