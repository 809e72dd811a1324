/**
 * The draw of objects. BigInt only for the few units near the cut: the others are told by the first
 * 32 bits of U.
 */

import { bytes, chars, hashed, hex, need, SEP, words, type Lines } from "./bundle.ts";
import { BYTES, type Hash, type Start } from "./hash.ts";

const WHOLE = 1n << 256n;
const HIGHEST = 2 ** 32;
const STEPS = 16;

export interface Drawn {
  stratum: string;
  method: string;
  certain: number;
  keys: string[];
  wanted: number;
  reserves: number;
}

interface Ticket {
  u: string;
  key: string;
  weight: number;
}

interface Plan {
  certain: number;
  taken: number;
  m: number;
  total: bigint;
  method: string;
}

/** Where the second, third and fourth field of an F line begin. */
function fieldsOf(lines: Lines, line: number): [number, number, number] {
  const { data } = lines;
  let at = lines.from(line) + 2;
  while (data[at] !== 0x1f) at++;
  const first = at + 1;
  at = first;
  while (data[at] !== 0x1f) at++;
  const second = at + 1;
  at = second;
  while (data[at] !== 0x1f) at++;
  return [first, second, at + 1];
}

class Stratum {
  readonly name: string;
  readonly size: number;
  readonly wanted: number;
  readonly reserves: number;
  readonly method: string;
  readonly counts = new Map<number, number>();
  readonly #limits = new Map<number, number>();
  found = 0;
  plan: Plan | undefined;
  kept: Ticket[] = [];
  #step = STEPS;
  #keepsAll = false;

  constructor(line: string) {
    const fields = line.split(SEP);
    this.name = fields[1]!;
    [this.size, this.wanted, this.reserves] = fields.slice(2, 5).map(Number) as [
      number,
      number,
      number,
    ];
    this.method = fields[5]!;
  }

  check(): void {
    const place = `S.txt 分层 ${words(this.name)}`;
    need(this.found === this.size, place, `写明 ${this.size} 户，名单中 ${this.found} 户`);
    need(this.wanted >= 1 && this.wanted <= this.size, place, "抽取数不在 1 至户数之间");
    need(["srs", "pps"].includes(this.method), place, "不认识的抽取方法");
  }

  /** Decide how it is drawn, and from which U on a unit cannot be among those wanted. */
  prepare(): void {
    const ample = this.need + 8 * Math.sqrt(this.need) + 16;
    if (this.method === "srs") {
      const limit = Math.min(HIGHEST, Math.floor((ample / this.size) * HIGHEST) + 1);
      for (const weight of this.counts.keys()) this.#limits.set(weight, limit);
      return;
    }
    const plan = (this.plan = planned(this.wanted, this.counts));
    if (plan.method !== "pareto") return;
    const total = Number(plan.total);
    const rest = [...this.counts].filter(([weight]) => !takes(plan, weight));
    const share = (weight: number): number => {
      const a = plan.m * weight * this.#step;
      return a / (a + STEPS * (total - plan.m * weight));
    };
    const expected = (): number =>
      rest.reduce((sum, [weight, count]) => sum + count * share(weight), 0);
    while (this.#step < STEPS * 2 ** 40 && expected() < ample) {
      this.#step += Math.floor(this.#step / 4);
    }
    for (const [weight] of rest) {
      this.#limits.set(weight, Math.min(HIGHEST, Math.floor(share(weight) * HIGHEST) + 2));
    }
  }

  get need(): number {
    return this.wanted + this.reserves;
  }

  mayBeDrawn(weight: number, high: number): boolean {
    const limit = this.#limits.get(weight);
    return this.#keepsAll || limit === undefined || high <= limit;
  }

  /** Whether those kept surely hold all that are wanted; otherwise the frame is read once more. */
  get suffices(): boolean {
    const plan = this.plan;
    if (this.#keepsAll || plan?.method === "systematic" || plan?.method === "take-all") return true;
    if (!plan) return this.kept.length >= this.need;
    const below = this.kept.filter(({ u, weight }) => {
      if (takes(plan, weight)) return true;
      const odd = 2n * number(u) + 1n;
      const a = BigInt(plan.m) * BigInt(weight);
      const left = odd * (plan.total - a) * BigInt(STEPS);
      return left <= BigInt(this.#step) * (2n * WHOLE - odd) * a;
    });
    return below.length >= this.need;
  }

  keepAll(): void {
    this.#keepsAll = true;
    this.kept = [];
  }

  drawn(hash: Hash, start: Start): Drawn {
    const made = { stratum: this.name, wanted: this.wanted, reserves: this.reserves };
    this.kept.sort(byU);
    const plan = this.plan;
    if (!plan) {
      return { ...made, method: "srs", certain: 0, keys: this.kept.map(({ key }) => key) };
    }
    const certain = this.kept.filter(({ weight }) => takes(plan, weight)).map(({ key }) => key);
    certain.sort();
    const rest = this.kept.filter(({ weight }) => !takes(plan, weight));
    let ordered = byXi(rest, plan);
    if (plan.method === "systematic") {
      const mark = number(hashed(hash, start, "start", this.name));
      const taken = systematic(rest, plan, (mark * plan.total) >> 256n);
      const gone = new Set(taken);
      ordered = [...taken, ...ordered.filter((key) => !gone.has(key))];
    }
    return {
      ...made,
      method: plan.method,
      certain: certain.length,
      keys: [...certain, ...ordered],
    };
  }
}

/** Draw from the F lines; `start` has taken the seed and the draw's number in. */
export function draw(
  lines: Lines,
  strataLines: string[],
  hash: Hash,
  start: Start,
  progress: (done: number) => void,
): Drawn[] {
  const strata = strataLines.map((line) => new Stratum(line));
  const byName = new Names(strata);
  count(lines, byName);
  for (const one of strata) {
    one.check();
    one.prepare();
  }
  pass(lines, byName, hash, start, progress);
  const short = strata.filter((one) => !one.suffices);
  for (const one of short) one.keepAll();
  if (short.length) {
    pass(lines, new Names(short), hash, start, progress);
  }
  return strata.map((one) => one.drawn(hash, start));
}

/** Strata by the bytes of their names, without making a text of each. */
class Names {
  readonly #known = new Map<number, Stratum>();
  readonly #others: Map<string, Stratum>;

  constructor(strata: Stratum[]) {
    this.#others = new Map(strata.map((one) => [one.name, one]));
    for (const one of strata) {
      const name = bytes(one.name);
      const mark = marked(name, 0, name.length);
      // Two names of one mark are told apart by their texts.
      if (this.#known.has(mark)) this.#known.delete(mark);
      else this.#known.set(mark, one);
    }
  }

  find(data: Uint8Array, from: number, to: number): Stratum | undefined {
    const found = this.#known.get(marked(data, from, to));
    if (found?.name.length === to - from) {
      let at = from;
      while (at < to && found.name.charCodeAt(at - from) === data[at]) at++;
      if (at === to) return found;
    }
    return this.#others.get(chars(data, from, to));
  }
}

/** A number for a name (FNV-1a). */
function marked(data: Uint8Array, from: number, to: number): number {
  let mark = 0x811c9dc5;
  for (let at = from; at < to; at++) mark = Math.imul(mark ^ data[at]!, 0x01000193);
  return mark;
}

function count(lines: Lines, strata: Names): void {
  for (let line = 0; line < lines.length; line++) {
    const [stratum, weight, area] = fieldsOf(lines, line);
    const known = strata.find(lines.data, stratum, weight - 1);
    if (!known) {
      const name = words(chars(lines.data, stratum, weight - 1));
      need(false, "F.txt", `分层 ${name} 不在 S.txt 中`);
      return;
    }
    const value = decimal(lines.data, weight, area - 1);
    known.found++;
    known.counts.set(value, (known.counts.get(value) ?? 0) + 1);
  }
}

function pass(
  lines: Lines,
  strata: Names,
  hash: Hash,
  start: Start,
  progress: (done: number) => void,
): void {
  const out = new Uint8Array(BYTES);
  for (let line = 0; line < lines.length; line++) {
    const key = lines.from(line) + 2;
    const [stratum, weight, area] = fieldsOf(lines, line);
    hash.finish(start, lines.data, key, stratum - 1, out, 0);
    const high = ((out[0]! << 24) | (out[1]! << 16) | (out[2]! << 8) | out[3]!) >>> 0;
    const of = strata.find(lines.data, stratum, weight - 1);
    const value = decimal(lines.data, weight, area - 1);
    if (of?.mayBeDrawn(value, high)) {
      of.kept.push({ u: chars(out), key: chars(lines.data, key, stratum - 1), weight: value });
    }
    if (line % 50_000 === 0) progress(line);
  }
}

function decimal(data: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + data[at]! - 48;
  return value;
}

function planned(wanted: number, counts: Map<number, number>): Plan {
  const all = [...counts].sort(([a], [b]) => b - a);
  let total = all.reduce((sum, [weight, count]) => sum + BigInt(weight) * BigInt(count), 0n);
  let [m, at, certain] = [wanted, 0, 0];
  while (m && at < all.length && BigInt(m) * BigInt(all[at]![0]) >= total) {
    const [bar, chosen] = [total, m];
    while (at < all.length && BigInt(chosen) * BigInt(all[at]![0]) >= bar) {
      const [weight, count] = all[at++]!;
      m -= count;
      total -= BigInt(weight) * BigInt(count);
      certain = weight;
    }
  }
  const plan = { certain, taken: wanted - m, m, total };
  if (!m || at === all.length) return { ...plan, method: "take-all" };
  let spread = 0n;
  for (const [weight, count] of all.slice(at)) {
    const a = BigInt(m) * BigInt(weight);
    spread += BigInt(count) * a * (total - a);
  }
  return { ...plan, method: spread < 5n * total * total ? "systematic" : "pareto" };
}

function takes(plan: Plan, weight: number): boolean {
  return plan.certain > 0 && weight >= plan.certain;
}

/** Keys by ξ, compared as ⌊ξ · 2ˢ⌋ with s so large that different fractions stay different. */
function byXi(tickets: Ticket[], plan: Plan): string[] {
  let most = 1;
  for (const { weight } of tickets) most = Math.max(most, weight);
  const bits = (BigInt(plan.m) * BigInt(most)).toString(2).length;
  const shift = BigInt(2 * (257 + bits) + 2);
  const known = tickets.map(({ u, key, weight }) => {
    const odd = 2n * number(u) + 1n;
    const a = BigInt(plan.m) * BigInt(weight);
    return { xi: ((odd * (plan.total - a)) << shift) / ((2n * WHOLE - odd) * a), key };
  });
  known.sort((a, b) => (a.xi < b.xi ? -1 : a.xi > b.xi ? 1 : a.key < b.key ? -1 : 1));
  return known.map(({ key }) => key);
}

/** Keys on which the marks fall, units laid end to end by (U, key). */
function systematic(ordered: Ticket[], plan: Plan, first: bigint): string[] {
  const taken: string[] = [];
  let [mark, end] = [first, 0n];
  for (const { key, weight } of ordered) {
    end += BigInt(plan.m) * BigInt(weight);
    if (mark < end) {
      taken.push(key);
      mark += plan.total;
    }
  }
  return taken;
}

function byU(a: Ticket, b: Ticket): number {
  if (a.u !== b.u) return a.u < b.u ? -1 : 1;
  return a.key < b.key ? -1 : 1;
}

function number(u: string): bigint {
  return BigInt(`0x${hex(bytes(u))}`);
}
