/** A committed file: canonical lines, sorted, of the size and with the root committed. */

import { hex, need, SEP, type Bundle, type Lines } from "./bundle.ts";
import { BYTES, Hash, type Start } from "./hash.ts";

const FIELDS: Record<string, number> = { F: 5, X: 4, S: 6, D: 5, O: 9, A: 5 };
const TILE = 1024;

export class Roots {
  readonly #hash: Hash;
  readonly #leaf: Start;
  readonly #pair: Start;

  constructor(hash: Hash) {
    this.#hash = hash;
    this.#leaf = hash.start(Uint8Array.of(0));
    this.#pair = hash.start(Uint8Array.of(1));
  }

  /** Read a committed file and hold it against the commitment. */
  read(
    bundle: Bundle,
    kind: string,
    commitment: Map<string, string>,
    progress: (done: number) => void,
  ): Lines {
    const name = `${kind}.txt`;
    const lines = bundle.lines(name);
    checkLines(lines, kind, name);
    const tiles = this.#tiles(lines, progress);
    const root = commitment.get(`${kind}.root`) ?? "";
    if (kind === "F") this.#checkTiles(bundle, tiles, root);
    const size = commitment.get(`${kind}.size`) ?? "";
    need(String(lines.length) === size, name, `应有 ${size} 行，实有 ${lines.length} 行`);
    need(hex(this.#fold(tiles)) === root, name, "根摘要与承诺不一致，有行被改动");
    return lines;
  }

  #tiles(lines: Lines, progress: (done: number) => void): Uint8Array {
    const tiles = new Uint8Array(Math.ceil(lines.length / TILE) * BYTES);
    const leaves = new Uint8Array(TILE * BYTES);
    for (let tile = 0; tile * BYTES < tiles.length; tile++) {
      const first = tile * TILE;
      const count = Math.min(TILE, lines.length - first);
      for (let at = 0; at < count; at++) {
        const line = first + at;
        this.#hash.finish(
          this.#leaf,
          lines.data,
          lines.from(line),
          lines.to(line),
          leaves,
          at * BYTES,
        );
      }
      tiles.set(this.#fold(leaves.slice(0, count * BYTES)), tile * BYTES);
      if (tile % 50 === 0) progress(first);
    }
    return tiles;
  }

  /** The root over the hashes in `level` (RFC 6962); they are written over. */
  #fold(level: Uint8Array): Uint8Array {
    let count = level.length / BYTES;
    if (!count) return this.#hash.digest(level);
    const work = level.slice();
    const out = new Uint8Array(BYTES);
    while (count > 1) {
      let above = 0;
      for (let at = 0; at < count; at += 2, above++) {
        if (at + 1 < count) {
          this.#hash.finish(this.#pair, work, at * BYTES, (at + 2) * BYTES, out, 0);
          work.set(out, above * BYTES);
        } else {
          work.copyWithin(above * BYTES, at * BYTES, (at + 1) * BYTES);
        }
      }
      count = above;
    }
    return work.slice(0, BYTES);
  }

  /** The roots of each 1,024 lines tell where the first altered line is. */
  #checkTiles(bundle: Bundle, tiles: Uint8Array, root: string): void {
    const told = bundle.lines("tiles.txt").texts().map((line) => line.slice(2));
    const known = Uint8Array.from(told.join("").match(/../g) ?? [], (byte) => parseInt(byte, 16));
    need(hex(this.#fold(known)) === root, "tiles.txt", "与承诺的根摘要不一致");
    for (let tile = 0; tile < told.length; tile++) {
      const here = hex(tiles.slice(tile * BYTES, (tile + 1) * BYTES));
      const rows = `第 ${tile * TILE + 1} 至 ${(tile + 1) * TILE} 行`;
      need(here === told[tile], `F.txt ${rows}`, "其中有行被改动、增删或移动");
    }
  }
}

function checkLines(lines: Lines, kind: string, name: string): void {
  const { data } = lines;
  for (let line = 0; line < lines.length; line++) {
    const [from, to] = [lines.from(line), lines.to(line)];
    let count = 0;
    for (let at = from; at < to; at++) if (data[at] === 0x1f) count++;
    const isKind = data[from] === kind.charCodeAt(0) && data[from + 1] === 0x1f;
    if (!isKind || count !== FIELDS[kind]! - 1) {
      need(isKind, `${name} 第 ${line + 1} 行`, `不是 ${kind} 行`);
      need(false, `${name} 第 ${line + 1} 行`, "项数不对");
    }
    if (line && !rises(data, lines.from(line - 1), lines.to(line - 1), from, to)) {
      need(false, `${name} 第 ${line + 1} 行`, "没有按字节升序排列，或与上一行相同");
    }
  }
  const text = new TextDecoder("utf-8", { fatal: true });
  for (let at = 0; at < lines.length; at += 100_000) {
    const last = Math.min(lines.length, at + 100_000) - 1;
    const part = text.decode(data.subarray(lines.from(at), lines.to(last)));
    need(part === part.normalize("NFC"), name, "不是规范的 Unicode 形式");
  }
}

/** Whether a line is above the one before it; of F lines, whether its key is. */
function rises(data: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): boolean {
  const isUnit = data[a] === 0x46;
  let separators = 0;
  for (; a < aEnd && b < bEnd; a++, b++) {
    if (data[a] !== data[b]) return data[a]! < data[b]!;
    if (isUnit && data[a] === 0x1f && ++separators === 2) return false; // the same key twice
  }
  return a === aEnd && b < bEnd;
}

/** key → area of those of some entities that are in the frame, which is sorted by key. */
export function areasOf(lines: Lines, keys: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const key of keys) {
    let [low, high] = [0, lines.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBelow(lines, middle, key)) low = middle + 1;
      else high = middle;
    }
    if (low < lines.length) {
      const fields = lines.text(low).split(SEP);
      if (fields[1] === key) found.set(key, fields[4] ?? "");
    }
  }
  return found;
}

/** Whether the key of a line is below another. */
function isBelow(lines: Lines, line: number, key: string): boolean {
  const from = lines.from(line) + 2;
  for (let at = 0; at < key.length; at++) {
    const byte = lines.data[from + at]!;
    if (byte !== key.charCodeAt(at)) return byte < key.charCodeAt(at);
  }
  return false;
}
