/**
 * Checks in the browser that a line stands in a committed file (RFC 9162, 2.1.3.2). Needs a section with
 * data-draw-proof='{"alg", "index", "size", "path", "root", "line"}' and a place data-draw-proved in it.
 */

import { hex } from "./bundle.ts";
import { Hash } from "./hash.ts";

export interface Proof {
  alg: string;
  index: number;
  size: number;
  path: string[];
  root: string;
  line: string;
}

/** Whether the path leads from the line to the root. */
export function proves(proof: Proof): boolean {
  const hash = new Hash(proof.alg);
  const node = (...parts: Uint8Array[]): Uint8Array => {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return hash.digest(whole);
  };
  let mine = node(Uint8Array.of(0), new TextEncoder().encode(proof.line));
  let [place, last] = [proof.index, proof.size - 1];
  if (place < 0 || place > last) return false;
  for (const one of proof.path) {
    if (last === 0) return false;
    const other = bytes(one);
    if (place % 2 === 1 || place === last) {
      mine = node(Uint8Array.of(1), other, mine);
      while (place % 2 === 0 && place !== 0) {
        place = Math.floor(place / 2);
        last = Math.floor(last / 2);
      }
    } else {
      mine = node(Uint8Array.of(1), mine, other);
    }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && hex(mine) === proof.root;
}

/** Check a proof that the page offers, and say on it what came out. */
export function show(section: HTMLElement): void {
  const place = section.querySelector<HTMLElement>("[data-draw-proved]");
  if (!place) throw new Error("a place for data-draw-proved is missing");
  const proof = JSON.parse(section.dataset["drawProof"] ?? "") as Proof;
  const holds = proves(proof);
  section.dataset["drawOutcome"] = holds ? "holds" : "differs";
  place.textContent = holds
    ? "您的浏览器已核验：从这一行出发，沿证明路径得到的正是承诺中的树根。"
    : "核验不一致：从这一行出发得不到承诺中的树根。请把本页保存下来，向发起单位和监督机关反映。";
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
