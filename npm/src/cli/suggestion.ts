// The word that was meant, where one was misspelled.

/** The nearest of those that there are; undefined where none is near. */
export function suggestion(given: string, known: string[]): string | undefined {
  const [nearest] = known
    .map((word) => ({ word, distance: distance(given.toLowerCase(), word) }))
    .filter(({ word, distance }) => distance <= Math.max(1, Math.floor(word.length * 0.4)))
    .toSorted((one, other) => one.distance - other.distance);
  return nearest?.word;
}

/** How many letters have to be changed, put in, left out, or exchanged with the next. */
function distance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      let least = Math.min(
        (row[j - 1] ?? 0) + 1,
        (last[j] ?? 0) + 1,
        (last[j - 1] ?? 0) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      }
      row.push(least);
    }
    before = last;
    last = row;
  }
  return last.at(-1) ?? 0;
}
