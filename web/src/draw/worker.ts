/** Fetches a bundle and recomputes it, off the page's thread. Ending the worker cancels it. */

import { check, would, type Computed, type Outcome } from "./check.ts";

/** From the page: where the bundle is; of a cancelled draw, the values of its sources. */
export interface Asked {
  url: string;
  values?: Record<string, string>;
}

/** To the page: how far it is, or what came out. */
export type Told =
  | { step: string; done: number; of: number }
  | { outcome: Outcome | Computed }
  | { problem: string };

const tell = (told: Told): void => self.postMessage(told);

self.addEventListener("message", ({ data }: MessageEvent<Asked>) => {
  recompute(data).catch((error: unknown) => tell({ problem: String(error) }));
});

async function recompute({ url, values }: Asked): Promise<void> {
  const answer = await fetch(url, { credentials: "same-origin" });
  if (!answer.ok || !answer.body) {
    tell({ problem: `数据包没有取到（${answer.status}）` });
    return;
  }
  const zip = await received(answer.body, Number(answer.headers.get("content-length")));
  tell({ step: "解压数据包", done: 0, of: 1 });
  const progress = (step: string, done: number, of: number): void => tell({ step, done, of });
  tell({ outcome: values ? would(zip, values, progress) : check(zip, progress) });
}

async function received(body: ReadableStream<Uint8Array>, of: number): Promise<Uint8Array> {
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let done = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    done += next.value.length;
    tell({ step: "下载数据包", done, of });
  }
  const whole = new Uint8Array(done);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
