// Numbers and times as people say them: in the terminal and on the panel's page.

export function duration(seconds: number | null): string {
  if (seconds === null) {
    return '–';
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

export function clock(at: number | string | Date): string {
  return new Date(at).toLocaleTimeString();
}

export function several(count: number, one: string, more = `${one}s`): string {
  return `${count} ${count === 1 ? one : more}`;
}
