/** Where the offers of a field or a column come from. */

import { among, asking, type Choice, type Source } from "../combo";
import type { Column } from "./sheet";

const WITHOUT = new Set(["date", "number", "long", "text"]);

/** What a column offers: its codes, or what the server finds; null for free text. */
export function sourceOf(column: Column, address: string, beside: () => Record<string, string>): Source | null {
  if (column.options.length > 0) {
    return among(column.options.map(([written, label, letters]) => choiceOf(written, label, letters)));
  }
  if (WITHOUT.has(column.kind) && !column.asks) return null;
  return asking(address, beside);
}

/** The codes that came with a field. */
export function choices(list: HTMLDataListElement): Choice[] {
  return Array.from(list.options).map((option) =>
    choiceOf(option.value, option.dataset["label"] ?? option.value, option.dataset["letters"] ?? ""),
  );
}

function choiceOf(written: string, label: string, letters: string): Choice {
  const value = written.endsWith(` ${label}`) ? written.slice(0, -label.length - 1) : written;
  return { written, value, label, letters };
}
