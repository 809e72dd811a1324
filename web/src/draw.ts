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
 * When all is over the section has data-draw-outcome="holds", "differs" or "failed".
 */

import { show } from "./draw/proof.ts";
import type { Asked, Told } from "./draw/worker.ts";

for (const section of document.querySelectorAll<HTMLElement>("[data-draw-bundle]")) serve(section);
for (const section of document.querySelectorAll<HTMLElement>("[data-draw-proof]")) show(section);

function serve(section: HTMLElement): void {
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
      const words = told.outcome.holds ? "重新计算的结果与公布的一致" : "重新计算的结果与公布的不一致";
      end(told.outcome.holds ? "holds" : "differs", `${words}，用时 ${seconds} 秒。`);
    } else {
      bar.max = told.of || 1;
      bar.value = told.done;
      step.textContent = told.of > 1 ? `${told.step}：${told.done} / ${told.of}` : told.step;
    }
  };

  start.addEventListener("click", () => {
    const began = performance.now();
    const url = new URL(section.dataset["drawBundle"] ?? "", document.baseURI).href;
    delete section.dataset["drawOutcome"];
    list.replaceChildren();
    start.disabled = true;
    cancel.hidden = bar.hidden = false;
    worker = new Worker(new URL("./draw/worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Told>) => hear(data, began));
    worker.addEventListener("error", ({ message }) => hear({ problem: message }, began));
    worker.postMessage({ url } satisfies Asked);
  });
  cancel.addEventListener("click", () => end("", "已取消，没有得出结论。"));
}
