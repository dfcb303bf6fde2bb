// The command line: which commands and options there are. What they do is in the files of their
// names, loaded when they are needed.
import { Command, InvalidArgumentError, Option } from 'commander';
import { name, version } from '../package.js';
import { exit, meanings } from './exit.js';
import { suggestion } from './suggestion.js';
import { understand } from './wish.js';

export interface Result {
  code: number;
}

interface Common {
  url?: string;
  json?: boolean;
  wait?: number;
}

/** On the command line a time has a unit in its value; from here on it has it in its name. */
function inUnits<Options extends Common>({ wait, ...rest }: Options) {
  return { ...rest, waitMs: wait === undefined ? undefined : wait * 1000 };
}

const words = ['force', 'dry-run'];
const usualPorts = '3000-3015,5173';

const examples = `  ai-cleanup                  end the idle connections
  ai-cleanup --dry-run        only say which these are
  ai-cleanup --force          end all connections, at work or not
  npm run db:cleanup force    the same by a script "db:cleanup": "ai-cleanup"
  ai-cleanup init             set this project up
  ai-cleanup reset            end the dev servers, clean up, start afresh`;

/** The program; the command that is run leaves its exit code in `result`. */
export function program(result: Result, quiet = false): Command {
  const root = new Command(name)
    .description(
      'Ends "too many clients already" on your development server.\n\n' +
        'Which database: --url, else DATABASE_URL from the environment or from .env.',
    )
    .version(version)
    .showHelpAfterError('(--help says what there is)')
    .addHelpText('after', `\nExamples:\n${examples}\n\nExit codes:\n${exitCodes()}`);

  withCommon(root.command('cleanup', { isDefault: true }).argument('[words...]', 'force, dry-run'))
    .description('end the idle connections of the database (the default command)')
    .option('--force', 'end all of them, at work or not; also: the word "force"')
    .option('--dry-run', 'only say who would go and who would stay')
    .option('-y, --yes', 'do not ask, even if the server is not on this machine')
    .option('--idle <time>', 'only what has been idle for so long, such as 5min', toSeconds)
    .action(async (given: string[], options: CleanupFlags, command: Command) => {
      const unknown = given.filter((word) => !words.includes(word));
      if (unknown.length > 0) {
        const near = suggestion(unknown[0] ?? '', [...names(root), ...words]);
        const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
        command.error(`error: I do not know "${unknown[0]}".${hint}`, { exitCode: exit.usage });
      }
      const wish = understand({
        ...(options.force === undefined ? {} : { force: options.force }),
        dryRun: options.dryRun === true || given.includes('dry-run'),
        words: given,
      });
      const { cleanup } = await import('./cleanup.js');
      result.code = await cleanup({ ...inUnits(options), idleSeconds: options.idle }, wish);
    });

  withCommon(root.command('status').argument('[urls...]', 'of which databases'))
    .description('how many connections there are, and whose; of several databases, if you like')
    .action(async (urls: string[], options: Common) => {
      const { status } = await import('./status.js');
      result.code = await status(urls, inUnits(options));
    });

  withCommon(root.command('watch'))
    .description('the same, live: count against limit, over time, who leaks, the last endings')
    .addOption(
      new Option('--interval <time>', 'between two looks').argParser(toInterval).default(1, '1s'),
    )
    .option('--looks <number>', 'end after so many looks', toNumber)
    .action(async (options: Common & { interval: number; looks?: number }) => {
      const { watch } = await import('./watch.js');
      result.code = await watch({ ...inUnits(options), intervalMs: options.interval * 1000 });
    });

  root
    .command('init')
    .description('set this project up: shows what it would change, and asks')
    .option('--url <url>', 'the database')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'only show it')
    .action(async (options: { url?: string; yes?: boolean; dryRun?: boolean }) => {
      const wish = understand({ dryRun: options.dryRun, words: [] });
      const { init } = await import('./init.js');
      result.code = await init({ ...options, dryRun: wish.dryRun });
    });

  root
    .command('panel')
    .description('the same in the browser, on this machine only')
    .option('--url <url>', 'the database')
    .option('--port <number>', 'the first port that is tried', toNumber, 5480)
    .action(async (options: { url?: string; port: number }) => {
      const { panel } = await import('./panel.js');
      result.code = await panel(options);
    });

  withCommon(root.command('doctor'))
    .description('look for what is wrong, and say what to do about it')
    .option('--pool <connections>', 'what a pool of yours may open', toNumber, 10)
    .action(async (options: Common & { pool: number }) => {
      const { doctor } = await import('./doctor.js');
      result.code = await doctor(inUnits(options));
    });

  withCommon(root.command('reset'))
    .description("end this project's dev servers, free their ports, and clean up")
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'only say what would be ended')
    .addOption(
      new Option('--ports <list>', 'the ports that are to be free')
        .argParser(toPorts)
        .default(toPorts(usualPorts), usualPorts),
    )
    .action(async (options: Common & { yes?: boolean; dryRun?: boolean; ports: number[] }) => {
      const wish = understand({ dryRun: options.dryRun, words: [] });
      const { reset } = await import('./reset.js');
      result.code = await reset({ ...inUnits(options), dryRun: wish.dryRun });
    });

  for (const command of [root, ...root.commands]) {
    command.exitOverride();
    if (quiet) {
      command.configureOutput({ writeErr: () => {} });
    }
  }
  return root;
}

interface CleanupFlags extends Common {
  force?: boolean;
  dryRun?: boolean;
  idle?: number;
  yes?: boolean;
}

function names(root: Command): string[] {
  return root.commands.map((command) => command.name());
}

function withCommon(command: Command): Command {
  return command
    .option('--url <url>', 'the database')
    .option('--json', 'one JSON object (in watch: a line for each look)')
    .addOption(
      new Option('--wait <time>', 'for how long to try if every slot is taken')
        .argParser(toSeconds)
        .default(5, '5s'),
    );
}

function exitCodes(): string {
  return Object.entries(exit)
    .map(([kind, code]) => `  ${code}  ${meanings[kind as keyof typeof exit]}`)
    .join('\n');
}

function toSeconds(text: string): number {
  const value = readSeconds(text);
  if (value === undefined) {
    throw new InvalidArgumentError('A time looks like 30s, 5min or 2h.');
  }
  return value;
}

function toInterval(text: string): number {
  const value = toSeconds(text);
  if (value < 0.1) {
    throw new InvalidArgumentError('It has to be 0.1s at least.');
  }
  return value;
}

function toNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) {
    throw new InvalidArgumentError('It has to be a whole number from 1 on.');
  }
  return Number(text);
}

function toPorts(text: string): number[] {
  return text.split(',').flatMap((range) => {
    const [, from, to] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(range) ?? [];
    const first = Number(from);
    const last = Number(to ?? from);
    if (from === undefined || first < 1 || last > 65_535 || last < first) {
      throw new InvalidArgumentError('Ports look like 3000 or 3000-3015,5173.');
    }
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** Reads `90`, `90s`, `5min`, `5 minutes`, `2h`, `1d`; undefined if it is none of these. */
function readSeconds(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const units: [RegExp, number][] = [
    [/^(s|secs?|seconds?)?$/i, 1],
    [/^(m|mins?|minutes?)$/i, 60],
    [/^(h|hours?)$/i, 3600],
    [/^(d|days?)$/i, 86_400],
  ];
  const size = units.find(([pattern]) => pattern.test(match?.[2] ?? ''))?.[1];
  return match === null || size === undefined ? undefined : Number(match[1]) * size;
}
