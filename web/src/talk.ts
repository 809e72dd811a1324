/** What htmx cannot say by itself: short messages, refusals in words, a lost connection. */

interface Message {
  text: string;
  tone?: "done" | "due" | "late" | "doing";
}

const SECONDS = 6;

function say({ text, tone = "doing" }: Message): void {
  const place = document.querySelector(".toasts");
  const pattern = document.querySelector<HTMLTemplateElement>("#toast");
  const box = pattern?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
  const words = box?.querySelector("div");
  // A lost connection is said once, not at every poll.
  if (Array.from(place?.children ?? []).some((old) => old.textContent?.trim() === text)) return;
  if (place === null || box === undefined || words === null || words === undefined) return;
  box.classList.add(`notice--${tone}`);
  words.textContent = text;
  box.querySelector("button")?.addEventListener("click", () => box.remove());
  place.append(box);
  // A refusal stays until it was read.
  if (tone !== "late") setTimeout(() => box.remove(), SECONDS * 1000);
}

/** The sentence of a refusal: problem details (RFC 9457) or an error page. */
function sentence(xhr: XMLHttpRequest): string {
  if (xhr.getResponseHeader("Content-Type")?.includes("json") === true) {
    const problem = JSON.parse(xhr.responseText) as { title?: string; detail?: string };
    return [problem.title, problem.detail].filter(Boolean).join(" ");
  }
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector("h1")?.textContent?.trim() ?? "";
}

const on = <T>(name: string, act: (detail: T) => void): void =>
  document.addEventListener(name, (event) => act((event as CustomEvent<T>).detail));

export function startTalk(): void {
  // The server says a word by the header HX-Trigger: {"toast": {"text": …, "tone": …}}.
  on<Message>("toast", say);
  on<{ xhr: XMLHttpRequest }>("htmx:responseError", ({ xhr }) => {
    const words = sentence(xhr) || `操作没有完成（${xhr.status}）。请稍后重试。`;
    say({ text: words, tone: "late" });
  });
  on<object>("htmx:sendError", () => {
    say({ text: "没有连上服务器，刚才的操作没有提交。请检查网络后重试。", tone: "late" });
  });
}
