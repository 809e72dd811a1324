/**
 * “Recompute” on the page of a draw. Progressive: without script the page offers the bundle and
 * verify_draw.py. Needs, with any words and looks:
 *
 *   <section data-draw-bundle="…zip">
 *     <button data-draw-start>…</button> <button data-draw-cancel hidden>…</button>
 *     <progress data-draw-progress hidden></progress> <p data-draw-step role="status"></p>
 *     <ol data-draw-said></ol>
 *   </section>
 *
 * Of a cancelled draw the section has data-draw-would in place of data-draw-bundle, a form
 * data-draw-values with a field for each source around its buttons, a hidden data-draw-list with a table
 * for what would have been drawn, and a hidden link data-draw-save that takes all of it.
 *
 * When all is over the section has data-draw-outcome="holds", "differs" or "failed".
 */

import type { Computed, Outcome } from "./draw/check.ts";
import { show } from "./draw/proof.ts";
import type { Asked, Told } from "./draw/worker.ts";

const HEADS = ["代码或代号", "分层", "次序", "说明"];
const MOST_ROWS = 500; // of a table on the page; the file has all

for (const section of document.querySelectorAll<HTMLElement>("[data-draw-bundle]")) {
  serve(section, ({ holds }) =>
    holds ? "重新计算的结果与公布的一致" : "重新计算的结果与公布的不一致",
  );
}
for (const section of document.querySelectorAll<HTMLElement>("[data-draw-would]")) {
  serve(section, (outcome) => listed(section, outcome));
}
for (const section of document.querySelectorAll<HTMLElement>("[data-draw-proof]")) show(section);

/** Show what would have been drawn, and say what came out. */
function listed(section: HTMLElement, outcome: Outcome | Computed): string {
  const table = section.querySelector<HTMLElement>("[data-draw-list]");
  const body = table?.querySelector("tbody");
  const save = section.querySelector<HTMLAnchorElement>("[data-draw-save]");
  if (!table || !body || !save) throw new Error("a place for what would have been drawn is missing");
  const list = "list" in outcome ? outcome.list : [];
  const isOpen = section.dataset["drawLevel"] === "open";
  const rows = list.map(({ key, stratum, place, isReserve }) => [
    key,
    isOpen ? stratum : `第 ${stratum} 层`,
    String(place),
    isReserve ? "本应为备选" : "本应抽中",
  ]);
  body.replaceChildren(...rows.slice(0, MOST_ROWS).map(rowOf));
  const lines = [HEADS, ...rows].map((cells) => cells.join(","));
  URL.revokeObjectURL(save.href);
  save.href = URL.createObjectURL(new Blob([`\ufeff${lines.join("\r\n")}\r\n`]));
  table.hidden = save.hidden = !list.length;
  if (!outcome.holds) return "没有算出名单";
  const drawn = list.filter(({ isReserve }) => !isReserve).length;
  const shown = rows.length > MOST_ROWS ? `；下面列出前 ${MOST_ROWS} 行，全部见文件` : "";
  return `按填写的取值，本应抽中 ${drawn} 户${shown}`;
}

function rowOf(cells: string[]): HTMLTableRowElement {
  const row = document.createElement("tr");
  for (const [at, text] of cells.entries()) {
    const cell = row.insertCell();
    cell.className = ["first", "", "num", ""][at] ?? "";
    if (at) cell.dataset["label"] = HEADS[at];
    (at ? cell : cell.appendChild(document.createElement("code"))).textContent = text;
  }
  return row;
}

function serve(section: HTMLElement, worded: (outcome: Outcome | Computed) => string): void {
  const part = <Kind extends HTMLElement>(name: string): Kind => {
    const found = section.querySelector<Kind>(`[data-draw-${name}]`);
    if (!found) throw new Error(`a place for data-draw-${name} is missing`);
    return found;
  };
  const [start, cancel] = [part<HTMLButtonElement>("start"), part<HTMLButtonElement>("cancel")];
  const [bar, step] = [part<HTMLProgressElement>("progress"), part("step")];
  const list = part("said");
  let worker: Worker | undefined;

  const end = (outcome: string, words: string): void => {
    worker?.terminate();
    worker = undefined;
    start.disabled = false;
    cancel.hidden = bar.hidden = true;
    step.textContent = words;
    if (outcome) section.dataset["drawOutcome"] = outcome;
  };

  const hear = (told: Told, began: number): void => {
    if ("problem" in told) {
      end("failed", `没有完成：${told.problem}。请稍后再试，或下载数据包用脚本核验。`);
    } else if ("outcome" in told) {
      for (const sentence of told.outcome.said) {
        const item = document.createElement("li");
        item.textContent = sentence;
        list.append(item);
      }
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      const words = worded(told.outcome);
      end(told.outcome.holds ? "holds" : "differs", `${words}，用时 ${seconds} 秒。`);
    } else {
      bar.max = told.of || 1;
      bar.value = told.done;
      step.textContent = told.of > 1 ? `${told.step}：${told.done} / ${told.of}` : told.step;
    }
  };

  const form = section.querySelector<HTMLFormElement>("[data-draw-values]");
  const begin = (): void => {
    const began = performance.now();
    const { drawBundle, drawWould } = section.dataset;
    const url = new URL(drawBundle ?? drawWould ?? "", document.baseURI).href;
    delete section.dataset["drawOutcome"];
    list.replaceChildren();
    start.disabled = true;
    cancel.hidden = bar.hidden = false;
    worker = new Worker(new URL("./draw/worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Told>) => hear(data, began));
    worker.addEventListener("error", ({ message }) => hear({ problem: message }, began));
    const values = form && Object.fromEntries(new FormData(form).entries());
    const asked = values ? { url, values: values as Record<string, string> } : { url };
    worker.postMessage(asked satisfies Asked);
  };
  if (form) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      begin();
    });
  } else start.addEventListener("click", begin);
  cancel.addEventListener("click", () => end("", "已取消，没有得出结论。"));
}
