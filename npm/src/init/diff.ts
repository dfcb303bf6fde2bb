// The difference of two texts, line by line, as `diff -u` and git show it.
import pc from 'picocolors';

const context = 2;

interface Line {
  sign: ' ' | '+' | '-';
  text: string;
}

export function diff(file: string, before: string, after: string): string {
  const lines = compare(before.split('\n'), after.split('\n'));
  const near = (index: number) =>
    lines.slice(Math.max(0, index - context), index + context + 1).some(({ sign }) => sign !== ' ');
  const shown: string[] = [pc.bold(file)];
  let isGap = false;
  lines.forEach(({ sign, text }, index) => {
    if (!near(index)) {
      isGap = true;
      return;
    }
    if (isGap && shown.length > 1) {
      shown.push(pc.dim('  …'));
    }
    isGap = false;
    const line = `${sign} ${text}`;
    shown.push(sign === '+' ? pc.green(line) : sign === '-' ? pc.red(line) : pc.dim(line));
  });
  return shown.join('\n');
}

/** By the longest common subsequence: these are short files. */
function compare(before: string[], after: string[]): Line[] {
  const length = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  const at = (i: number, j: number) => length[i]?.[j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const row = length[i] ?? [];
      row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Line[] = [];
  for (let i = 0, j = 0; i < before.length || j < after.length; ) {
    const [old, young] = [before[i], after[j]];
    if (old !== undefined && old === young) {
      lines.push({ sign: ' ', text: old });
      i += 1;
      j += 1;
    } else if (old !== undefined && (young === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ sign: '-', text: old });
      i += 1;
    } else {
      lines.push({ sign: '+', text: young ?? '' });
      j += 1;
    }
  }
  return lines;
}
