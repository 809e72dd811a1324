/** The seed is made of what the commitment names, in its order. */

import { bytes, hex, need, said, SEP, type Bundle } from "./bundle.ts";
import type { Hash } from "./hash.ts";

/** The seed, after its parts were held against the commitment. */
export function checkedSeed(
  bundle: Bundle,
  commitment: Map<string, string>,
  hash: Hash,
  say: (text: string) => void,
): string {
  const told = bundle.pairs("reveal.txt");
  for (const [name, value] of commitment) {
    if (!/^source\.[0-9]+$/.test(name)) continue;
    const allowed = [value.split("@", 2)[1], commitment.get(`${name}.fallback`)];
    const isAllowed = allowed.includes(told.get(`${name}.occasion`));
    need(isAllowed, "reveal.txt", `${value} 的场次不在承诺中`);
  }
  const seed = composed(commitment, told, hash, "reveal.txt", say);
  need(told.get("seed") === seed, "reveal.txt", "种子不是由承诺的来源按顺序组成");
  say(`种子 ${seed}`);
  say(`封存见证：${told.get("witness") || "没有外部见证，时间只由运营方保证"}`);
  return seed;
}

/** The seed that typed values of the sources would have given with the numbers that were revealed. */
export function typedSeed(
  bundle: Bundle,
  commitment: Map<string, string>,
  hash: Hash,
  values: Record<string, string>,
  say: (text: string) => void,
): string {
  const told = bundle.pairs("numbers.txt");
  for (const [name, value] of commitment) {
    const typed = values[value.split("@", 1)[0] ?? ""] ?? "";
    if (/^source\.[0-9]+$/.test(name)) told.set(name, typed.trim().split(/\s+/).join(" "));
  }
  const seed = composed(commitment, told, hash, "填写的取值", say);
  say(`种子 ${seed}`);
  return seed;
}

/** What was told of sources and numbers, in the order of the commitment. */
function composed(
  commitment: Map<string, string>,
  told: Map<string, string>,
  hash: Hash,
  place: string,
  say: (text: string) => void,
): string {
  const drawId = commitment.get("draw_id") ?? "";
  const parts = [drawId];
  for (const [name, value] of commitment) {
    if (/^source\.[0-9]+$/.test(name)) {
      const revealed = told.get(name) ?? "";
      const pattern = commitment.get(`${name}.pattern`) ?? "";
      need(fits(pattern, revealed), place, `${value} 的取值不符合样式 ${pattern}`);
      parts.push(`${value.split("@", 1)[0]}=${revealed}`);
    } else if (name.startsWith("nonce.")) {
      const nonce = told.get(name);
      const party = name.slice("nonce.".length);
      if (!nonce) {
        say(`${party} 没有按时公开随机数，未计入种子`);
        continue;
      }
      const fields = ["mingcha-draw/1", "nonce", drawId, party, nonce];
      const made = hex(hash.digest(bytes(said(fields.join(SEP)))));
      const isSame = /^[0-9a-f]{64}$/.test(nonce) && made === value;
      need(isSame, place, `${name} 与承诺不一致`);
      parts.push(`${name}=${nonce}`);
    }
  }
  return parts.join("|");
}

/** Whether a source's value looks as its pattern says: N is a digit, 64h is hexadecimal. */
function fits(pattern: string, value: string): boolean {
  const form = pattern.replace(/ ascending$/, "");
  if (/^[1-9][0-9]*h$/.test(form)) {
    return value.length === Number(form.slice(0, -1)) && /^[0-9a-f]*$/.test(value);
  }
  const sample = value.replace(/[0-9]/g, "N");
  if (sample !== form || value.includes("N")) return false;
  const rising = (value.split("+")[0] ?? "").match(/[0-9]+/g)?.map(Number) ?? [];
  return form === pattern || rising.every((one, at) => !at || rising[at - 1]! < one);
}
