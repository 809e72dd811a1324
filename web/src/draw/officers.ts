/** Pairing officers with visits, and filling vacant places in later rounds. */

import { bytes, hashed, need, SEP, words, type Bundle } from "./bundle.ts";
import { BYTES, type Hash, type Start } from "./hash.ts";

interface Officer {
  name: string;
  /** The name as bytes, and where its digest is kept. */
  bytes: Uint8Array;
  place: number;
  dept: string;
  areas: string[];
  skills: string[];
  since: string;
  until: string;
  baseLoad: number;
  cap: number;
}

interface Visit {
  key: string;
  dept: string;
  skill: string;
  line: string;
  places: number;
  rank: number;
  who: Officer[];
  team: Officer[];
}

export interface People {
  demands: string[];
  officers: string[];
  avoidances: string[];
  /** Whether all avoidances are known, so that the pairing can be recomputed. */
  isWhole: boolean;
  first: string;
  last: string;
}

type Say = (text: string) => void;

export class Pairing {
  readonly #bundle: Bundle;
  readonly #hash: Hash;
  readonly #starting: (...fields: string[]) => Start;
  readonly #say: Say;
  readonly #people: People;
  readonly #areas: Map<string, string>;
  readonly #officers = new Map<string, Officer>();
  readonly #avoided = new Set<string>();
  readonly #visits: Visit[] = [];
  #named = "officer";
  #there = new Map<string, Set<Officer>>();
  #holds = new Map<Officer, Set<Visit>>();
  #load = new Map<Officer, number>();
  #kept = new Uint8Array();
  #made = new Uint32Array();
  #keptFor = "";
  #round = 0;
  #start: Start | undefined;

  constructor(
    bundle: Bundle,
    hash: Hash,
    starting: (...fields: string[]) => Start,
    people: People,
    drawn: { key: string; stratum: string; area: string }[],
    say: Say,
  ) {
    this.#bundle = bundle;
    this.#hash = hash;
    this.#starting = starting;
    this.#people = people;
    this.#say = say;
    this.#areas = new Map(drawn.map(({ key, area }) => [key, area]));
    for (const line of people.officers) this.#enlist(line);
    for (const line of people.avoidances) {
      const [, officer, key] = line.split(SEP);
      this.#avoided.add(`${key}${SEP}${officer}`);
    }
    const demands = people.demands.map((line) => line.split(SEP));
    for (const { key, stratum } of drawn) {
      for (const [, of, dept = "", skill = "", count] of demands) {
        if (of !== stratum) continue;
        const line = [key, dept, skill].join(SEP);
        const places = Number(count);
        this.#visits.push({ key, dept, skill, line, places, rank: 0, who: [], team: [] });
      }
    }
  }

  /** The first pairing. */
  pair(progress: (done: number) => void): void {
    this.#begin("officer");
    if (!this.#people.isWhole) {
      this.#checkTeams();
      return;
    }
    const vacant = new Map<string, Set<string>>();
    let known = new Map<string, Set<string>>();
    for (const [at, visit] of this.#visits.entries()) {
      if (at % 500 === 0) progress(at);
      for (let place = 1; place <= visit.places; place++) {
        const officer = this.#best(visit);
        if (officer) {
          this.#join(visit, officer);
          known = new Map();
          continue;
        }
        const names = visit.who.map(({ name }) => name).join(",");
        const alike = `${names}${SEP}${this.#at(visit).size ? visit.line : ""}`;
        let reached = known.get(alike);
        if (reached) reached = new Set([...reached, visit.line]);
        else reached = this.#path(visit);
        if (!reached) {
          known = new Map();
          continue;
        }
        vacant.set(`${visit.line}${SEP}${place}`, reached);
        const others = new Set(reached);
        if (!visit.team.length) others.delete(visit.line);
        known.set(alike, others);
      }
    }
    this.#compareTeams();
    this.#compareVacant(vacant);
    this.#say(`已重新计算 ${this.#visits.length} 个检查组、${vacant.size} 个空缺，与公布的一致`);
  }

  /** A later round. */
  later(round: number): void {
    const name = `round-${round}.txt`;
    const lines = this.#bundle
      .lines(name)
      .texts()
      .map((line) => line.split(SEP));
    const secret = lines.some(([kind, count]) => kind === "N" && count !== "0");
    const teams = new Map(this.#visits.map(({ line, team }) => [line, team.map((o) => o.name)]));
    for (const fields of lines) {
      const [kind, first = "", second = "", , officer = ""] = fields;
      if (kind === "O") this.#enlist(fields.join(SEP));
      if (kind === "A") this.#avoided.add(`${second}${SEP}${first}`);
      if (kind !== "L") continue;
      const team = teams.get(fields.slice(1, 4).join(SEP));
      const at = team?.indexOf(officer) ?? -1;
      need(at >= 0, name, `${words(officer)} 不在该组中`);
      team?.splice(at, 1);
      this.#avoided.add(`${first}${SEP}${officer}`);
    }
    this.#begin(`officer/${round}`);
    for (const visit of this.#visits) {
      for (const one of teams.get(visit.line) ?? []) this.#join(visit, this.#officers.get(one)!);
    }
    const told = lines.filter(([kind]) => kind === "J" || kind === "V");
    if (secret || !this.#people.isWhole) {
      this.#people.isWhole = false;
      this.#follow(name, told);
    } else {
      this.#refill(name, told);
    }
  }

  #follow(name: string, told: string[][]): void {
    for (const [kind, ...rest] of told) {
      if (kind !== "J") continue;
      const visit = this.#visits.find(({ line }) => line === rest.slice(0, 3).join(SEP));
      const officer = this.#officers.get(rest[3] ?? "");
      const isAble = visit && officer && visit.who.includes(officer);
      need(Boolean(isAble), name, `${words(rest[3] ?? "")} 不具备资格`);
      this.#join(visit!, officer!);
    }
    this.#say(`${name}：含不公开的回避，只记录变动，不能重新计算`);
  }

  #refill(name: string, told: string[][]): void {
    const [joined, vacant]: [string[], string[]] = [[], []];
    for (const visit of this.#visits) {
      for (let left = visit.places - visit.team.length; left > 0; left--) {
        const officer = this.#best(visit);
        if (officer) {
          this.#join(visit, officer);
          joined.push(["J", visit.line, officer.name].join(SEP));
        } else {
          vacant.push(["V", visit.line].join(SEP));
        }
      }
    }
    const made = [...joined, ...vacant].join("\n");
    const same = made === told.map((fields) => fields.join(SEP)).join("\n");
    need(same, name, "补位结果与重新计算的不同");
    this.#say(`${name}：已重新计算 ${joined.length} 个补位，与公布的一致`);
  }

  #enlist(line: string): void {
    const [, name = "", dept = "", areas = "", skills = "", since = "", until = "", load, cap] =
      line.split(SEP);
    const numbers = { baseLoad: Number(load), cap: Number(cap) };
    const lists = { areas: areas.split(","), skills: skills.split(",") };
    const place = this.#officers.get(name)?.place ?? this.#officers.size;
    this.#officers.set(name, { name, bytes: bytes(name), place, dept, since, until, ...lists, ...numbers });
  }

  /** Nobody is in a team yet; visits in the order in which they are processed. */
  #begin(named: string): void {
    this.#named = named;
    this.#kept = new Uint8Array(this.#officers.size * BYTES);
    this.#made = new Uint32Array(this.#officers.size);
    this.#keptFor = "";
    this.#round = 0;
    this.#there = new Map();
    this.#holds = new Map();
    this.#load = new Map();
    for (const one of this.#officers.values()) this.#load.set(one, one.baseLoad);
    const sorted = [...this.#officers.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const groups = new Map<string, Officer[]>();
    const start = this.#starting("visit");
    const digest = new Map<Visit, string>();
    for (const visit of this.#visits) {
      const area = this.#areas.get(visit.key) ?? "";
      const kind = [visit.dept, visit.skill, area].join(SEP);
      let group = groups.get(kind);
      if (!group) groups.set(kind, (group = this.#group(sorted, visit, area)));
      const able = group.filter(({ name }) => !this.#avoided.has(`${visit.key}${SEP}${name}`));
      visit.who = able.length === group.length ? group : able;
      visit.team = [];
      digest.set(visit, hashed(this.#hash, start, visit.line));
    }
    this.#visits.sort((a, b) => {
      if (a.who.length !== b.who.length) return a.who.length - b.who.length;
      const [x, y] = [digest.get(a)!, digest.get(b)!];
      if (x !== y) return x < y ? -1 : 1;
      return a.line < b.line ? -1 : 1;
    });
    for (const [rank, visit] of this.#visits.entries()) visit.rank = rank;
  }

  #group(sorted: Officer[], visit: Visit, area: string): Officer[] {
    const { first, last } = this.#people;
    return sorted.filter(
      (one) =>
        one.dept === visit.dept &&
        one.skills.includes(visit.skill) &&
        one.since <= first &&
        last <= one.until &&
        one.areas.some((prefix) => area.startsWith(prefix)),
    );
  }

  #at(visit: Visit): Set<Officer> {
    let found = this.#there.get(visit.key);
    if (!found) this.#there.set(visit.key, (found = new Set()));
    return found;
  }

  #holding(officer: Officer): Set<Visit> {
    let found = this.#holds.get(officer);
    if (!found) this.#holds.set(officer, (found = new Set()));
    return found;
  }

  #join(visit: Visit, officer: Officer): void {
    visit.team.push(officer);
    this.#at(visit).add(officer);
    this.#holding(officer).add(visit);
    this.#load.set(officer, this.#load.get(officer)! + 1);
  }

  #leave(visit: Visit, officer: Officer): void {
    visit.team.splice(visit.team.indexOf(officer), 1);
    this.#at(visit).delete(officer);
    this.#holding(officer).delete(visit);
    this.#load.set(officer, this.#load.get(officer)! - 1);
  }

  #isFree(officer: Officer): boolean {
    return this.#load.get(officer)! < officer.cap;
  }

  /** Where the digest H(seed, draw_id, "officer", key, officer) stands in `#kept`. */
  #digest(key: string, officer: Officer): number {
    if (this.#keptFor !== key) {
      this.#keptFor = key;
      this.#start = this.#starting(this.#named, key);
      this.#round++;
    }
    const at = officer.place * BYTES;
    if (this.#made[officer.place] !== this.#round) {
      this.#hash.finish(this.#start!, officer.bytes, 0, officer.bytes.length, this.#kept, at);
      this.#made[officer.place] = this.#round;
    }
    return at;
  }

  /** Whether one officer comes before another at an entity, by hash. */
  #isBefore(key: string, one: Officer, other: Officer): boolean {
    const [a, b] = [this.#digest(key, one), this.#digest(key, other)];
    for (let at = 0; at < BYTES; at++) {
      const [x, y] = [this.#kept[a + at]!, this.#kept[b + at]!];
      if (x !== y) return x < y;
    }
    return one.name < other.name;
  }

  /** The free officer for a visit by (load, hash, bytes). */
  #best(visit: Visit): Officer | undefined {
    const there = this.#at(visit);
    let least = Infinity;
    let equals: Officer[] = [];
    for (const one of visit.who) {
      const load = this.#load.get(one)!;
      if (load > least || load >= one.cap || there.has(one)) continue;
      if (load < least) equals = [];
      least = load;
      equals.push(one);
    }
    if (equals.length < 2) return equals[0];
    return equals.reduce((best, one) => (this.#isBefore(visit.key, one, best) ? one : best));
  }

  /** Fill a place by an alternating path (then nothing is returned), or the visits reached. */
  #path(start: Visit): Set<string> | undefined {
    const came = new Map<Visit, { above: Visit; moving: Officer } | null>([[start, null]]);
    const waiting = [start];
    for (let at = 0; at < waiting.length; at++) {
      let here = waiting[at]!;
      const there = this.#at(here);
      const able = here.who.filter((one) => !there.has(one));
      const key = here.key;
      able.sort((a, b) => (this.#isBefore(key, a, b) ? -1 : 1));
      for (let officer of able) {
        if (this.#isFree(officer)) {
          for (let step = came.get(here); step; step = came.get(here)) {
            this.#leave(here, step.moving);
            this.#join(here, officer);
            here = step.above;
            officer = step.moving;
          }
          this.#join(here, officer);
          return undefined;
        }
        const holding = [...this.#holding(officer)].filter((one) => !came.has(one));
        holding.sort((a, b) => a.rank - b.rank);
        for (const one of holding) {
          came.set(one, { above: here, moving: officer });
          waiting.push(one);
        }
      }
    }
    return new Set([...came.keys()].map(({ line }) => line));
  }

  #compareTeams(): void {
    const made = this.#visits.map(({ line, team }) =>
      ["T", line, team.map(({ name }) => name).join(",")].join(SEP),
    );
    made.sort((a, b) => (lineOf(a) < lineOf(b) ? -1 : 1));
    compare(this.#bundle, "teams.txt", made);
  }

  #compareVacant(vacant: Map<string, Set<string>>): void {
    const lines = this.#bundle
      .lines("vacant.txt")
      .texts()
      .map((line) => line.split(SEP));
    const knots = new Map<string, Set<string>>();
    for (const [kind, number = "", ...visit] of lines) {
      if (kind !== "K") continue;
      const knot = knots.get(number) ?? new Set();
      knots.set(number, knot.add(visit.join(SEP)));
    }
    const told = new Map<string, Set<string>>();
    for (const fields of lines) {
      if (fields[0] !== "V") continue;
      const visit = fields.slice(1, 4).join(SEP);
      const reached = new Set([...(knots.get(fields[5] ?? "") ?? []), visit]);
      told.set(fields.slice(1, 5).join(SEP), reached);
    }
    for (const place of [...new Set([...told.keys(), ...vacant.keys()])].sort()) {
      const named = `vacant.txt ${words(place)}`;
      const [ours, theirs] = [vacant.get(place), told.get(place)];
      need(theirs !== undefined, named, "这个位置应为空缺，却没有公布");
      need(ours !== undefined, named, "这个位置不应空缺");
      const isSame = ours.size === theirs.size && [...ours].every((one) => theirs.has(one));
      need(isSame, named, "公布的空缺原因与重新计算的不同");
    }
  }

  /** Without the avoidances: every member could be chosen, no cap is passed, none is twice. */
  #checkTeams(): void {
    const lines = this.#bundle.lines("teams.txt").texts();
    const visits = new Map(this.#visits.map((visit) => [visit.line, visit]));
    for (const [at, line] of lines.entries()) {
      const place = `teams.txt 第 ${at + 1} 行`;
      const fields = line.split(SEP);
      const visit = visits.get(fields.slice(1, 4).join(SEP));
      const team = (fields[4] ?? "").split(",").filter(Boolean);
      need(visit !== undefined && !visit.team.length, place, "不是应有的检查");
      need(team.length <= visit.places, place, "人数超过需求");
      for (const name of team) {
        const one = this.#officers.get(name);
        need(one !== undefined && visit.who.includes(one), place, `${words(name)} 不具备资格`);
        need(!this.#at(visit).has(one), place, `${words(name)} 在同一对象重复`);
        need(this.#isFree(one), place, `${words(name)} 超过任务上限`);
        this.#join(visit, one);
      }
    }
    const count = this.#visits.length;
    need(lines.length === count, "teams.txt", `应有 ${count} 行，实有 ${lines.length} 行`);
    this.#say(`${count} 个检查组的资格、重复和上限均符合；有回避不公开，故不能重新配对`);
  }
}

/** A published file against what was recomputed, line by line. */
export function compare(bundle: Bundle, name: string, made: string[]): void {
  const found = bundle.lines(name).texts();
  for (let at = 0; at < Math.max(made.length, found.length); at++) {
    const [ours, theirs] = [made[at], found[at]].map((line) =>
      line === undefined ? "文件结束" : words(line),
    );
    need(made[at] === found[at], `${name} 第 ${at + 1} 行`, `应为“${ours}”，实为“${theirs}”`);
  }
}

function lineOf(team: string): string {
  return team.slice(0, team.lastIndexOf(SEP));
}
