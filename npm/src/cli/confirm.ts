// Asks a person, who can only be asked in a terminal.
import { createInterface } from 'node:readline/promises';

/** No where nobody can be asked; `otherwise` is then said on stderr. */
export async function confirm(question: string, otherwise: string): Promise<boolean> {
  if (!process.stdin.isTTY) {
    console.error(otherwise);
    return false;
  }
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  const gone = new AbortController();
  // Ctrl+C and Ctrl+D close the dialogue, and its question would never be answered.
  dialogue.once('close', () => gone.abort());
  try {
    const answer = await dialogue.question(`${question} [y/N] `, { signal: gone.signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (!gone.signal.aborted) {
      throw error;
    }
    process.stderr.write('\n');
    return false;
  } finally {
    dialogue.close();
  }
}
