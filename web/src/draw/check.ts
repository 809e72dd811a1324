/**
 * Recompute a published draw (mingcha-draw/1) from its zip. The protocol is docs/explanation/draw.md,
 * the files are docs/explanation/draw-bundle.md; `verify_draw.py` does the same in Python.
 */

import { Bundle, bytes, hex, need, said, SEP, words, Wrong, type Lines } from "./bundle.ts";
import { areasOf, Roots } from "./frame.ts";
import { Hash, type Start } from "./hash.ts";
import { draw, type Drawn } from "./objects.ts";
import { compare, Pairing } from "./officers.ts";
import { checkedSeed, typedSeed } from "./seed.ts";

/** What is going on: a step in words, and how far it is. */
export type Progress = (step: string, done: number, of: number) => void;

export interface Outcome {
  holds: boolean;
  /** What was recomputed, sentence by sentence; the last says what does not hold. */
  said: string[];
}

/** An entity that would have been drawn, or stood in reserve, in readable words. */
export interface Would {
  key: string;
  stratum: string;
  place: number;
  isReserve: boolean;
}

/** What a cancelled draw would have drawn: `list` is there when all holds. */
export interface Computed extends Outcome {
  list: Would[];
}

/** Check a zip. Never throws for what is in it. */
export function check(zip: Uint8Array, progress: Progress = () => undefined): Outcome {
  return held((say) => run(new Bundle(zip), say, progress), "全部一致。").outcome;
}

/** Whom a cancelled draw would have drawn, had its sources given these values (source → value). */
export function would(
  zip: Uint8Array,
  values: Record<string, string>,
  progress: Progress = () => undefined,
): Computed {
  const done = held((say) => {
    const bundle = new Bundle(zip);
    const opening = opened(bundle, say);
    const { commitment, hash } = opening;
    const seed = typedSeed(bundle, commitment, hash, values, say);
    const { drawn } = redrawn(bundle, opening, seed, say, progress);
    return drawn.flatMap(({ stratum, keys, wanted, reserves }) =>
      keys.slice(0, wanted + reserves).map((key, at) => ({
        key: words(key),
        stratum: words(stratum),
        place: at < wanted ? at + 1 : at - wanted + 1,
        isReserve: at >= wanted,
      })),
    );
  }, "名单与承诺一致，按填写的取值算得。");
  return { ...done.outcome, list: done.made ?? [] };
}

/** What came of some steps: the sentences they said, and `last` or the first thing that does not hold. */
function held<Made>(
  steps: (say: Say) => Made,
  last: string,
): { outcome: Outcome; made?: Made } {
  const sentences: string[] = [];
  try {
    const made = steps((text) => sentences.push(text));
    return { outcome: { holds: true, said: [...sentences, last] }, made };
  } catch (error) {
    const problem = error instanceof Wrong ? error.message : `数据包无法读取（${String(error)}）`;
    return { outcome: { holds: false, said: [...sentences, `不一致：${problem}`] } };
  }
}

type Say = (text: string) => void;

interface Opening {
  commitment: Map<string, string>;
  hash: Hash;
  drawId: string;
}

function opened(bundle: Bundle, say: Say): Opening {
  const commitment = bundle.pairs("commitment.txt");
  need(commitment.get("spec") === "mingcha-draw/1", "commitment.txt", "不是 mingcha-draw/1");
  const alg = commitment.get("alg") ?? "";
  need(alg === "sm3" || alg === "sha256", "commitment.txt", `不认识的算法 ${alg}`);
  const hash = new Hash(alg);
  const drawId = commitment.get("draw_id") ?? "";
  const digest = hex(hash.digest(bundle.data("commitment.txt")));
  say(`抽取 ${drawId}，承诺摘要 ${digest}（请与事先公布的核对），摘要算法 ${alg}`);
  return { commitment, hash, drawId };
}

interface Redrawn {
  frame: Lines;
  drawn: Drawn[];
  read: (kind: string) => Lines;
  starting: (...fields: string[]) => Start;
}

/** The objects again, from committed lines and a seed. */
function redrawn(
  bundle: Bundle,
  { commitment, hash, drawId }: Opening,
  seed: string,
  say: Say,
  progress: Progress,
): Redrawn {
  const starting = (...fields: string[]): Start =>
    hash.start(bytes([said(seed), said(drawId), ...fields, ""].join(SEP)));
  const roots = new Roots(hash);
  const read = (kind: string): Lines => {
    const of = Number(commitment.get(`${kind}.size`));
    const step = `核对 ${kind}.txt 的根摘要`;
    const lines = roots.read(bundle, kind, commitment, (done) => progress(step, done, of));
    say(`${kind}.txt ${lines.length} 行，根摘要与承诺一致`);
    return lines;
  };
  const [frame, strata] = [read("F"), read("S").texts()];
  const drawn = draw(frame, strata, hash, starting(), (done) =>
    progress("重新抽取", done, frame.length),
  );
  return { frame, drawn, read, starting };
}

function run(bundle: Bundle, say: Say, progress: Progress): void {
  const opening = opened(bundle, say);
  const { commitment, hash } = opening;
  const seed = checkedSeed(bundle, commitment, hash, say);
  checkCounts(bundle, commitment);
  if (!bundle.has("F.txt")) {
    need(commitment.get("level") === "embargoed", "F.txt", "数据包里没有这个文件");
    say(`名单延后到 ${commitment.get("embargo")} 公开，目前只能核验承诺和种子`);
    return;
  }
  const { frame, drawn, read, starting } = redrawn(bundle, opening, seed, say, progress);
  compare(bundle, "drawn.txt", drawn.flatMap(linesOf));
  const chosen = drawn.flatMap(({ keys, wanted, stratum }) =>
    keys.slice(0, wanted).map((key) => ({ key, stratum })),
  );
  say(`已重新计算 ${chosen.length} 个抽中对象及备选，与 drawn.txt 一致`);
  const areas = areasOf(
    frame,
    chosen.map(({ key }) => key),
  );
  const [demands, officers] = [read("D").texts(), read("O").texts()];
  const hasAvoidances = bundle.has("A.txt");
  const people = {
    demands,
    officers,
    avoidances: hasAvoidances ? read("A").texts() : [],
    isWhole: hasAvoidances || commitment.get("A.size") === "0",
    first: commitment.get("window.first") ?? "",
    last: commitment.get("window.last") ?? "",
  };
  if (bundle.has("X.txt")) checkExcluded(read("X"), frame);
  const placed = chosen.map((one) => ({ ...one, area: areas.get(one.key) ?? "" }));
  const pairing = new Pairing(bundle, hash, starting, people, placed, say);
  pairing.pair((done) => progress("重新配对", done, chosen.length));
  for (let round = 1; bundle.has(`round-${round}.txt`); round++) pairing.later(round);
}

function linesOf(drawn: Drawn): string[] {
  const { stratum, method, certain, keys, wanted, reserves } = drawn;
  const ranked = (kind: string, some: string[]): string[] =>
    some.map((key, at) => [kind, stratum, at + 1, key].join(SEP));
  return [
    ["M", stratum, method, certain].join(SEP),
    ...ranked("W", keys.slice(0, wanted)),
    ...ranked("R", keys.slice(wanted, wanted + reserves)),
  ];
}

function checkCounts(bundle: Bundle, commitment: Map<string, string>): void {
  const lines = bundle.lines("counts.txt").texts().map((line) => line.split(SEP));
  for (const kind of ["X", "A"]) {
    const counts = lines.filter((fields) => fields[0] === kind).map((fields) => Number(fields[2]));
    const total = String(counts.reduce((sum, one) => sum + one, 0));
    need(total === commitment.get(`${kind}.size`), "counts.txt", `${kind} 的合计与承诺不一致`);
  }
}

function checkExcluded(excluded: Lines, frame: Lines): void {
  const keys = new Set(excluded.texts().map((line) => line.split(SEP)[1] ?? ""));
  const [both] = areasOf(frame, keys).keys();
  need(both === undefined, "X.txt", `${words(both ?? "")} 既在名单又被排除`);
}
