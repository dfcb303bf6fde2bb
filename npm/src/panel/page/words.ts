// Numbers and times as people say them.

export function duration(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}

export function clock(at: number | string | Date): string {
  return new Date(at).toLocaleTimeString();
}

export function several(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
