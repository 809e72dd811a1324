/**
 * Recompute a published draw (mingcha-draw/1) from its zip. The protocol is docs/explanation/draw.md,
 * the files are docs/explanation/draw-bundle.md; `verify_draw.py` does the same in Python.
 */

import { Bundle, bytes, hex, need, said, SEP, words, Wrong, type Lines } from "./bundle.ts";
import { areasOf, Roots } from "./frame.ts";
import { Hash, type Start } from "./hash.ts";
import { draw, type Drawn } from "./objects.ts";
import { compare, Pairing } from "./officers.ts";
import { checkedSeed } from "./seed.ts";

/** What is going on: a step in words, and how far it is. */
export type Progress = (step: string, done: number, of: number) => void;

export interface Outcome {
  holds: boolean;
  /** What was recomputed, sentence by sentence; the last says what does not hold. */
  said: string[];
}

/** Check a zip. Never throws for what is in it. */
export function check(zip: Uint8Array, progress: Progress = () => undefined): Outcome {
  const sentences: string[] = [];
  try {
    run(new Bundle(zip), (text) => sentences.push(text), progress);
  } catch (error) {
    const problem = error instanceof Wrong ? error.message : `数据包无法读取（${String(error)}）`;
    return { holds: false, said: [...sentences, `不一致：${problem}`] };
  }
  return { holds: true, said: [...sentences, "全部一致。"] };
}

function run(bundle: Bundle, say: (text: string) => void, progress: Progress): void {
  const commitment = bundle.pairs("commitment.txt");
  need(commitment.get("spec") === "mingcha-draw/1", "commitment.txt", "不是 mingcha-draw/1");
  const alg = commitment.get("alg") ?? "";
  need(alg === "sm3" || alg === "sha256", "commitment.txt", `不认识的算法 ${alg}`);
  const hash = new Hash(alg);
  const drawId = commitment.get("draw_id") ?? "";
  const digest = hex(hash.digest(bundle.data("commitment.txt")));
  say(`抽取 ${drawId}，承诺摘要 ${digest}（请与事先公布的核对），摘要算法 ${alg}`);
  const seed = checkedSeed(bundle, commitment, hash, say);
  checkCounts(bundle, commitment);
  if (!bundle.has("F.txt")) {
    need(commitment.get("level") === "embargoed", "F.txt", "数据包里没有这个文件");
    say(`名单延后到 ${commitment.get("embargo")} 公开，目前只能核验承诺和种子`);
    return;
  }
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
