// Numbers as people say them.

export function duration(seconds: number | null): string {
  if (seconds === null) {
    return '?';
  }
  const steps: [number, string][] = [
    [86_400, 'd'],
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const [size, unit] = steps.find(([size]) => seconds >= size) ?? [1, 's'];
  return `${size === 1 && seconds < 10 ? seconds.toFixed(1) : Math.floor(seconds / size)} ${unit}`;
}

export function several(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}

/** Reads `90`, `90s`, `5min`, `5 minutes`, `2h`, `1d`; undefined if it is none of these. */
export function seconds(text: string): number | undefined {
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
