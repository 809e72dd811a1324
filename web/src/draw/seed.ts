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
  const drawId = commitment.get("draw_id") ?? "";
  const parts = [drawId];
  for (const [name, value] of commitment) {
    if (/^source\.[0-9]+$/.test(name)) {
      const revealed = told.get(name) ?? "";
      const pattern = commitment.get(`${name}.pattern`) ?? "";
      const [id = "", occasion] = value.split("@", 2);
      need(fits(pattern, revealed), "reveal.txt", `${value} 的取值不符合样式 ${pattern}`);
      const allowed = [occasion, commitment.get(`${name}.fallback`)];
      const isAllowed = allowed.includes(told.get(`${name}.occasion`));
      need(isAllowed, "reveal.txt", `${value} 的场次不在承诺中`);
      parts.push(`${id}=${revealed}`);
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
      need(isSame, "reveal.txt", `${name} 与承诺不一致`);
      parts.push(`${name}=${nonce}`);
    }
  }
  const seed = told.get("seed") ?? "";
  need(seed === parts.join("|"), "reveal.txt", "种子不是由承诺的来源按顺序组成");
  say(`种子 ${seed}`);
  say(`封存见证：${told.get("witness") || "没有外部见证，时间只由运营方保证"}`);
  return seed;
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
