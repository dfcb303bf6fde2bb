// npm run table: what naive code does to a server of 30 slots in 40 saves, in each development
// server; alone, with the extension only, and with the guard. Prints a table for docs. Not a test:
// it takes minutes, and its first columns show what goes wrong.
import { Database } from './database.ts';
import { type Program, programs, start } from './programs.ts';

const saves = 40;
const ways = ['nothing', 'extension only', 'guard', 'extension and guard'] as const;

async function outcome(program: Program, way: (typeof ways)[number]): Promise<string> {
  const ends: (() => unknown)[] = [];
  const owner = { after: (end: () => unknown) => ends.push(end) };
  try {
    const database = await Database.start(owner, { extension: way.startsWith('extension') });
    const [guard] = way.endsWith('guard') ? Object.values(program.guards) : [];
    const app = await start(owner, database, program, guard);
    let failed = (await app.get('/api/info')).ok ? 0 : 1;
    let most = await database.count();
    for (let save = 1; save <= saves; save++) {
      const answer = await app.save(`Ada ${save}`).catch(() => undefined);
      if (answer === undefined) return `**dies at save ${save}**`;
      if (!answer.ok) failed += 1;
      most = Math.max(most, await database.count());
    }
    const errors = app.server.output.match(/uncaughtException|unhandledRejection/g)?.length ?? 0;
    return [
      String(most),
      ...(failed > 0 ? [`${failed} requests fail`] : []),
      ...(errors > 0 ? [`${errors} unhandled errors`] : []),
    ].join(', ');
  } finally {
    for (const end of ends) await end();
  }
}

const [only] = process.argv.slice(2);
console.log(
  `| ${new Date().toISOString().slice(0, 10)}, most connections in ${saves} saves | ${ways.join(' | ')} |`,
);
console.log(`| --- |${' --- |'.repeat(ways.length)}`);
for (const [name, program] of Object.entries(programs)) {
  if (only !== undefined && !name.includes(only)) continue;
  const cells: string[] = [];
  for (const way of ways) cells.push(await outcome(program, way));
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
