// What init would change in a project: whole files, before and after, so that a person can see it
// first. What is there already is left as it is; what cannot be changed safely is told instead.
import { name, version } from '../package.js';
import { type Inspected, textOf } from './inspect.js';

export interface Change {
  file: string;
  before: string;
  after: string;
}

export interface Proposal {
  changes: Change[];
  /** What a person has to do by hand. */
  byHand: string[];
}

const scripts = {
  'db:cleanup': 'ai-cleanup',
  'db:status': 'ai-cleanup status',
  'db:watch': 'ai-cleanup watch',
};

export function propose(project: Inspected): Proposal {
  const proposal: Proposal = { changes: [], byHand: [] };
  changeManifest(project, proposal);
  if (project.framework === 'vite') {
    changeConfig(project, proposal, withVitePlugin, viteByHand);
  }
  if (project.framework === 'astro') {
    changeConfig(project, proposal, withAstroPlugin, astroByHand);
  }
  if (project.framework === 'next') {
    changeConfig(project, proposal, withNextWrapper, nextByHand);
  }
  for (const runner of project.runners) {
    proposal.byHand.push(`In the configuration of ${runner}: setupFiles: ['${name}/${runner}'].`);
  }
  if (project.usesPrisma) {
    proposal.byHand.push(
      'Where the Prisma client is made, so that it keeps one pool and knows new models:\n' +
        "    import { prismaSingleton } from 'ai-cleanup/prisma';\n" +
        '    export const prisma = prismaSingleton(\n' +
        '      (adapter) => new PrismaClient({ adapter }), { max: 5 });',
    );
  }
  return proposal;
}

function changeManifest(project: Inspected, { changes, byHand }: Proposal): void {
  const before = textOf(project.folder, 'package.json');
  const manifest = JSON.parse(before) as Record<string, Record<string, string> | undefined>;
  const present = { ...manifest['scripts'] };
  for (const [script, command] of Object.entries(scripts)) {
    if (present[script] === undefined) {
      present[script] = command;
    } else if (!/\bai-cleanup\b/.test(present[script])) {
      byHand.push(`There is a script ${script} already; it was left as it is.`);
    }
  }
  if (project.framework === 'node') {
    guardScripts(present, byHand);
  }
  manifest['scripts'] = present;
  if (!isDependency(project)) {
    const all = { ...manifest['devDependencies'], [name]: `^${version}` };
    manifest['devDependencies'] = Object.fromEntries(
      Object.entries(all).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    );
  }
  const indent = /^[ \t]+/m.exec(before)?.[0] ?? '  ';
  const after = JSON.stringify(manifest, undefined, indent) + (/\n$/.exec(before)?.[0] ?? '');
  if (JSON.stringify(JSON.parse(before)) !== JSON.stringify(manifest)) {
    changes.push({ file: 'package.json', before, after });
  }
}

/** Of the project: whoever ran this by npx may not have it there yet. */
export function isDependency({ manifest }: Inspected): boolean {
  return name in { ...manifest.dependencies, ...manifest.devDependencies };
}

const flag = `--import ${name}/register`;

/** The scripts that start the program in development. */
function guardScripts(present: Record<string, string>, byHand: string[]): void {
  const names = Object.keys(present).filter((script) => /^(dev|start:dev|develop)$/.test(script));
  if (names.length === 0) {
    byHand.push(`Start your program in development with node ${flag}.`);
  }
  for (const script of names) {
    const command = present[script] ?? '';
    if (command.includes(`${name}/register`)) {
      continue;
    }
    // Both hand their options on to Node.js.
    const guarded = command.replace(/^((?:node|tsx)(?: --?watch(?=\s)| watch)?) /, `$1 ${flag} `);
    if (guarded !== command && !/[&|;]/.test(command)) {
      present[script] = guarded;
    } else {
      byHand.push(`Set NODE_OPTIONS="${flag}" for the script ${script}: ${command}`);
    }
  }
}

type Edit = (code: string) => string | undefined;

function changeConfig(
  { folder, config }: Inspected,
  { changes, byHand }: Proposal,
  edit: Edit,
  otherwise: string,
): void {
  const before = config === undefined ? undefined : textOf(folder, config);
  if (before !== undefined && config !== undefined) {
    if (/ai-cleanup\/(vite|next)/.test(before)) {
      return;
    }
    const after = edit(before);
    if (after !== undefined) {
      changes.push({ file: config, before, after });
      return;
    }
  }
  byHand.push(otherwise);
}

const viteByHand =
  "In Vite's configuration: import aiCleanup from 'ai-cleanup/vite', and plugins: [aiCleanup()].";

const importPlugin = "import aiCleanup from 'ai-cleanup/vite'";

/** Into the list of plugins, or a list of plugins into the configuration. */
export function withVitePlugin(code: string): string | undefined {
  const withPlugin = /\bplugins:\s*\[/.test(code)
    ? code.replace(/\bplugins:\s*\[(\s*)(\]?)/, (_whole, space: string, end: string) =>
        end === ']'
          ? 'plugins: [aiCleanup()]'
          : `plugins: [${space}aiCleanup(),${space === '' ? ' ' : space}`,
      )
    : withEntry(code, 'plugins: [aiCleanup()]');
  return withPlugin && withImport(withPlugin, importPlugin);
}

/** First in the configuration, if that is written where it is exported. */
function withEntry(code: string, entry: string): string | undefined {
  const changed = code.replace(
    /(export default (?:defineConfig\()?\{)([ \t]*)(\n[ \t]*|\}|)/,
    (_whole, open: string, _space: string, rest: string) =>
      rest.startsWith('\n')
        ? `${open}${rest}${entry},${rest}`
        : `${open} ${entry}${rest === '}' ? ' }' : ', '}`,
  );
  return changed === code ? undefined : changed;
}

const astroByHand =
  "In Astro's configuration: import aiCleanup from 'ai-cleanup/vite', and vite: { plugins: [aiCleanup()] }.";

/** Vite's part of the configuration, if there is none yet. */
export function withAstroPlugin(code: string): string | undefined {
  const withPlugin = /\bvite:/.test(code)
    ? undefined
    : withEntry(code, 'vite: { plugins: [aiCleanup()] }');
  return withPlugin && withImport(withPlugin, importPlugin);
}

const nextByHand =
  "In Next.js's configuration: import { withAiCleanup } from 'ai-cleanup/next', and wrap what is exported in withAiCleanup(…).";

/** Round what is exported, if that is a name or one call. */
export function withNextWrapper(code: string): string | undefined {
  const exported = /^(export default|module\.exports =) +([\w.]+(?:\([^\n]*\))?)(;?)[ \t]*$/m;
  if (!exported.test(code)) {
    return undefined;
  }
  const wrapped = code.replace(exported, '$1 withAiCleanup($2)$3');
  return /^module\.exports/m.test(code)
    ? withImport(wrapped, "const { withAiCleanup } = require('ai-cleanup/next')")
    : withImport(wrapped, "import { withAiCleanup } from 'ai-cleanup/next'");
}

/** After the last import, in the project's own punctuation. */
function withImport(code: string, statement: string): string {
  const imports = [
    ...code.matchAll(
      /^(?:import\b[^;'"]*(?:'[^']*'|"[^"]*")|const .* = require\(.*\))(;?)[ \t]*$/gm,
    ),
  ];
  const last = imports.at(-1);
  const quoted = last?.[0].includes('"') ? statement.replaceAll("'", '"') : statement;
  if (last === undefined) {
    return `${statement};\n\n${code}`;
  }
  const end = last.index + last[0].length;
  return `${code.slice(0, end)}\n${quoted}${last[1]}${code.slice(end)}`;
}
