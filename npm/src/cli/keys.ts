// Single keys of the terminal, for watch. Ctrl+C counts as q: a terminal that is read key by key
// does not make a signal of it.
import { emitKeypressEvents } from 'node:readline';

export type Bindings = Record<string, () => void> & { q: () => void };

/** Returns a function that gives the terminal back as it was. */
export function listen(bindings: Bindings): () => void {
  const onKey = (_: string, key: { name?: string; ctrl?: boolean }) => {
    if (key.ctrl === true && key.name === 'c') {
      bindings.q();
    } else if (key.ctrl !== true) {
      bindings[key.name ?? '']?.();
    }
  };
  emitKeypressEvents(process.stdin);
  process.stdin.setRawMode(true).resume().on('keypress', onKey);
  return () => {
    process.stdin.off('keypress', onKey).setRawMode(false).pause();
  };
}
