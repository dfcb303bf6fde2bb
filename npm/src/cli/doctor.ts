// The command `ai-cleanup doctor`: looks at the project, its processes and the server, and tells every
// finding with its remedy.
import { findAddress } from '../database/address.js';
import { Problem } from '../problem.js';
import { survey } from '../processes/project.js';
import { findProject } from '../project.js';
import { several } from '../words.js';
import { examineProcesses } from './doctor/processes.js';
import { examineProject } from './doctor/project.js';
import { examineServer } from './doctor/server.js';
import { exit } from './exit.js';
import { type Finding, findingText, problem } from './finding.js';
import { type VisitOptions, visit } from './visit.js';

export interface DoctorOptions extends VisitOptions {
  json?: boolean | undefined;
  /** How many connections each of the project's processes may open. */
  pool: number;
}

export async function doctor(options: DoctorOptions): Promise<number> {
  const project = findProject();
  const findings: Finding[] = [];
  const tell = (found: Finding[]) => {
    findings.push(...found);
    if (!options.json) {
      for (const finding of found) {
        console.log(findingText(finding));
      }
    }
  };

  await attempt(tell, 'url', async () => examineProject(findAddress(options.url), project));
  const own = await survey(project).then(
    (found) => found.own,
    (error: unknown) => {
      tell([asFinding('processes', error)]);
      return [];
    },
  );
  tell(examineProcesses(own));
  if (!findings.some((finding) => finding.id === 'url' && finding.level === 'problem')) {
    await attempt(tell, 'connection', () =>
      visit(options, (visit) =>
        examineServer(visit, own.filter(({ launches }) => !launches).length, options.pool),
      ),
    );
  }

  const problems = findings.filter((finding) => finding.level === 'problem').length;
  const hints = findings.filter((finding) => finding.level === 'hint').length;
  console.log(
    options.json
      ? JSON.stringify({ command: 'doctor', project, problems, hints, findings })
      : `${several(problems, 'problem')}, ${several(hints, 'hint')}.`,
  );
  return problems > 0 ? exit.unhealthy : exit.done;
}

async function attempt(
  tell: (found: Finding[]) => void,
  id: string,
  examine: () => Promise<Finding[]>,
): Promise<void> {
  try {
    tell(await examine());
  } catch (error) {
    tell([asFinding(id, error)]);
  }
}

function asFinding(id: string, error: unknown): Finding {
  if (error instanceof Problem) {
    return problem(id, error.message, ...error.remedy);
  }
  throw error;
}
