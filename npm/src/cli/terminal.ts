// The terminal as watch draws on it: on a screen of its own, so that nothing is left of what was
// drawn before, whatever becomes of the window's size; at the end the last picture stays.
import { stripVTControlCharacters } from 'node:util';

const csi = '\x1b[';
const ownScreen = { open: `${csi}?1049h`, close: `${csi}?1049l` };
const home = `${csi}H`;
const clearLine = `${csi}K`;
const clearBelow = `${csi}J`;
const plain = `${csi}0m`;

export class Terminal {
  #last: string | undefined;

  constructor(private readonly stream: NodeJS.WriteStream) {}

  draw(picture: string): void {
    if (this.#last === undefined) {
      this.stream.write(ownScreen.open);
    }
    this.#last = picture;
    const lines = picture.split('\n').map((line) => `${line}${clearLine}`);
    this.stream.write(`${home}${lines.join('\r\n')}${clearBelow}`);
  }

  /** Gives the screen back, with the last picture on it. */
  done(): void {
    if (this.#last !== undefined) {
      this.stream.write(`${ownScreen.close}${this.#last}\n`);
    }
    this.#last = undefined;
  }
}

/** How many columns a text takes. */
export function width(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** The text, cut off at so many columns; its colours do not run on. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) {
    return text;
  }
  let left = columns;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colours are made of
  const parts = text.split(/(\x1b\[[\d;]*m)/).map((part, index) => {
    if (index % 2 === 1) {
      return part;
    }
    const taken = part.slice(0, left);
    left -= taken.length;
    return taken;
  });
  return parts.join('') + plain;
}
