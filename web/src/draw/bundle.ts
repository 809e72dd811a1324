/**
 * The files of a bundle, as bytes, and their lines. Texts are kept as one character per byte, so that
 * they compare as bytes do; `words` makes them readable.
 */

import { unzipSync } from "fflate";
import type { Hash, Start } from "./hash.ts";

export const SEP = "\x1f";
const LF = 10;

/** The first place that does not hold. */
export class Wrong extends Error {}

/** Go on only if it holds. */
export function need(holds: boolean, place: string, problem: string): asserts holds {
  if (!holds) throw new Wrong(`${place}：${problem}`);
}

/** Readable text of bytes held as characters. */
export function words(text: string): string {
  return new TextDecoder().decode(bytes(text)).replaceAll(SEP, " ");
}

/** Bytes of bytes held as characters. */
export function bytes(text: string): Uint8Array {
  const made = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) made[at] = text.charCodeAt(at);
  return made;
}

/** Characters for the bytes data[from, to). */
export function chars(data: Uint8Array, from = 0, to = data.length): string {
  let made = "";
  for (let at = from; at < to; at++) made += String.fromCharCode(data[at]!);
  return made;
}

/** Readable text as characters for its bytes. */
export function said(text: string): string {
  return chars(new TextEncoder().encode(text));
}

export function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** H(fields…) after a start, as bytes held as characters. */
export function hashed(hash: Hash, start: Start, ...fields: string[]): string {
  const data = bytes(fields.join(SEP));
  const out = new Uint8Array(32);
  hash.finish(start, data, 0, data.length, out, 0);
  return chars(out);
}

/** Lines of a file by the places where they end. */
export class Lines {
  readonly data: Uint8Array;
  readonly ends: Uint32Array;

  constructor(name: string, data: Uint8Array) {
    need(!data.length || data[data.length - 1] === LF, name, "最后一行没有以换行结束");
    let count = 0;
    for (let at = 0; at < data.length; at++) if (data[at] === LF) count++;
    this.data = data;
    this.ends = new Uint32Array(count);
    for (let at = 0, line = 0; at < data.length; at++) if (data[at] === LF) this.ends[line++] = at;
  }

  get length(): number {
    return this.ends.length;
  }

  from(line: number): number {
    return line ? this.ends[line - 1]! + 1 : 0;
  }

  to(line: number): number {
    return this.ends[line]!;
  }

  text(line: number): string {
    return chars(this.data, this.from(line), this.to(line));
  }

  texts(): string[] {
    return Array.from({ length: this.length }, (_, line) => this.text(line));
  }
}

/** A zip of a bundle. */
export class Bundle {
  readonly #files: Record<string, Uint8Array>;

  constructor(zip: Uint8Array) {
    this.#files = {};
    for (const [path, data] of Object.entries(unzipSync(zip))) {
      this.#files[path.replace(/^.*\//, "")] = data;
    }
  }

  has(name: string): boolean {
    return name in this.#files;
  }

  data(name: string): Uint8Array {
    const found = this.#files[name];
    need(found !== undefined, name, "数据包里没有这个文件");
    return found;
  }

  lines(name: string): Lines {
    return new Lines(name, this.data(name));
  }

  /** Let go of a file that is no longer needed. */
  drop(name: string): void {
    delete this.#files[name];
  }

  /** `name=value` lines in order, readable. */
  pairs(name: string): Map<string, string> {
    const made = new Map<string, string>();
    for (const line of this.lines(name).texts()) {
      const at = line.indexOf("=");
      made.set(words(line.slice(0, at)), words(line.slice(at + 1)));
    }
    return made;
  }
}
