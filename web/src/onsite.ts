/** On site: each tap is kept, also when the network drops; photos and the signature go by themselves. */
import "./onsite.css";
import { Refused, sent } from "./entry/saving";

interface Tap {
  item: number;
  number: number;
  answer: string;
  note: string;
}
interface Kept {
  done: number;
  at: string;
}
interface Files {
  files: { name: string; digest: string; url: string }[];
  at: string;
}

const PASSED = "01";
const FAILED = "02";
const PAUSE = 700; // ms after a tap, 1500 while typing
const AGAIN = 4000; // ms between attempts while the network is down

class OnSite {
  private readonly waiting = new Map<string, Tap>();
  private timer = 0;
  private running = false;
  private underway: Promise<void> = Promise.resolve();
  private readonly key: string;
  private readonly saved: HTMLElement | null;

  constructor(private readonly form: HTMLFormElement) {
    this.key = `onsite:${form.dataset["who"] ?? ""}:${form.dataset["onsite"] ?? ""}`;
    this.saved = form.querySelector("[data-saved]");
    this.restore();
    form.addEventListener("change", (event) => this.changed(event));
    form.addEventListener("input", (event) => {
      if (event.target instanceof HTMLTextAreaElement) this.take(this.lineOf(event.target), 1500);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.send();
    });
    window.addEventListener("online", () => void this.send());
    window.addEventListener("beforeunload", (event) => {
      if (this.waiting.size > 0) event.preventDefault();
    });
    if (this.waiting.size > 0) void this.send();
  }

  /** Whether the server has everything, and nothing is on its way. */
  get isSettled(): boolean {
    return this.waiting.size === 0 && !this.running;
  }

  /** Resolves to whether everything is kept by the server, once what is on its way has arrived. */
  async settled(): Promise<boolean> {
    await this.underway;
    await this.send();
    return this.waiting.size === 0;
  }

  private lineOf(inside: Element): HTMLElement | null {
    return inside.closest<HTMLElement>("[data-line]");
  }

  private changed(event: Event): void {
    const target = event.target as HTMLInputElement;
    const line = this.lineOf(target);
    if (line === null) return;
    if (target.type === "file") {
      void this.upload(line, target);
      return;
    }
    this.take(line, PAUSE);
    if (target.type === "radio" && target.value !== PASSED) line.querySelector("textarea")?.focus();
  }

  private take(line: HTMLElement | null, pause: number): void {
    const chosen = line?.querySelector<HTMLInputElement>("input[type=radio]:checked");
    if (line === null || chosen === null || chosen === undefined) return;
    const [item, number] = (line.dataset["line"] ?? "").split("-").map(Number);
    const note = line.querySelector("textarea")?.value.trim() ?? "";
    line.classList.toggle("is-bad", chosen.value === FAILED);
    line.classList.toggle("is-noted", chosen.value !== PASSED);
    this.tell(line, "");
    if (chosen.value !== PASSED && note === "") {
      this.waiting.delete(line.dataset["line"] ?? "");
      line.classList.add("wants-note");
      this.missing();
      return;
    }
    line.classList.remove("wants-note");
    this.waiting.set(line.dataset["line"] ?? "", { item: item ?? 0, number: number ?? 0, answer: chosen.value, note });
    this.keep();
    this.say(`${this.waiting.size} 项正在保存…`, "doing");
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), pause);
  }

  /** Send what waits; what is on its way already is waited for. */
  private send(): Promise<void> {
    window.clearTimeout(this.timer);
    if (!this.running && this.waiting.size > 0) this.underway = this.sendAll();
    return this.underway;
  }

  private async sendAll(): Promise<void> {
    this.running = true;
    const batch = new Map(this.waiting);
    try {
      const kept = await sent<Kept>(this.form.action, JSON.stringify([...batch.values()]), {
        "Content-Type": "application/json",
        "X-CSRFToken": token(this.form),
      });
      for (const [line, tap] of batch) if (this.waiting.get(line) === tap) this.waiting.delete(line);
      this.keep();
      const done = this.form.querySelector("[data-done]");
      if (done !== null) done.textContent = String(kept.done);
      if (this.waiting.size === 0 && !this.missing()) this.say(`已保存 ${kept.at}`, "done");
    } catch (error) {
      if (error instanceof Refused && error.problem.isTold) {
        this.say(`没有保存：${error.problem.title}${error.problem.detail}`, "late");
      } else {
        this.say(`${this.waiting.size} 项留在本机，网络恢复后自动保存`, "due");
        this.timer = window.setTimeout(() => void this.send(), AGAIN);
      }
    } finally {
      this.running = false;
    }
    if (this.waiting.size > 0) {
      window.clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.send(), AGAIN);
    }
  }

  private async upload(line: HTMLElement, input: HTMLInputElement): Promise<void> {
    const chosen = Array.from(input.files ?? []);
    if (chosen.length === 0) return;
    await this.send();
    for (const file of chosen) {
      this.say(`正在上传 ${file.name}…`, "doing");
      const body = new FormData();
      body.append("files", file);
      body.append("line", line.dataset["line"] ?? "");
      try {
        const kept = await sent<Files>(this.form.dataset["attach"] ?? "", body, { "X-CSRFToken": token(this.form) });
        for (const one of kept.files) show(line, one);
        this.say(`照片已存入 ${kept.at}`, "done");
        this.tell(line, "");
      } catch (error) {
        const said = error instanceof Refused ? `${error.problem.title}${error.problem.detail}` : "网络不通，照片没有存入，请稍后再选一次。";
        this.tell(line, said);
        this.say("照片没有存入", "late");
      }
    }
    input.value = "";
  }

  /** Whether an answer still wants its note, which is said as long as it does. */
  private missing(): boolean {
    const lines = this.form.querySelectorAll(".wants-note").length;
    if (lines > 0) this.say(`${lines} 项还没有保存：请写说明`, "due");
    return lines > 0;
  }

  private tell(line: HTMLElement, words: string): void {
    const error = line.querySelector<HTMLElement>("[data-error]");
    if (error === null) return;
    error.textContent = words;
    error.hidden = words === "";
  }

  private say(words: string, tone: string): void {
    if (this.saved === null) return;
    this.saved.textContent = words;
    this.saved.className = `is-${tone}`;
  }

  private keep(): void {
    try {
      if (this.waiting.size === 0) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify([...this.waiting]));
    } catch {
      // A private window keeps nothing; the page itself still does.
    }
  }

  /** What a lost page had not sent yet. */
  private restore(): void {
    try {
      const left = JSON.parse(localStorage.getItem(this.key) ?? "[]") as [string, Tap][];
      for (const [line, tap] of left) {
        const field = this.form.querySelector<HTMLElement>(`[data-line="${line}"]`);
        const radio = field?.querySelector<HTMLInputElement>(`input[value="${tap.answer}"]`);
        if (field === null || radio === null || radio === undefined) continue;
        radio.checked = true;
        field.classList.toggle("is-noted", tap.answer !== PASSED);
        const note = field.querySelector("textarea");
        if (note !== null) note.value = tap.note;
        this.waiting.set(line, tap);
      }
    } catch {
      // Nothing that could be read: the server's word stands.
    }
  }
}

function token(form: HTMLFormElement): string {
  return form.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
}

function show(line: HTMLElement, file: { name: string; digest: string; url: string }): void {
  const row = document.createElement("li");
  const link = document.createElement("a");
  link.href = file.url;
  link.download = "";
  link.textContent = file.name;
  const code = document.createElement("code");
  code.textContent = file.digest.slice(0, 12);
  row.append(link, " ", code);
  line.querySelector("[data-files]")?.append(row);
}

/** A signature drawn with a finger, kept as a picture. */
function startSigning(form: HTMLFormElement, address: string): void {
  const canvas = form.querySelector<HTMLCanvasElement>("[data-sign]");
  const pen = canvas?.getContext("2d") ?? null;
  if (canvas === null || pen === null) return;
  const error = form.querySelector<HTMLElement>("[data-error]");
  let drawn = false;
  const clear = (): void => {
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    drawn = false;
  };
  const at = (event: PointerEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) * canvas.width) / box.width,
      ((event.clientY - box.top) * canvas.height) / box.height,
    ];
  };
  clear();
  pen.lineWidth = 4;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.strokeStyle = "#1b2430";
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...at(event));
    drawn = true;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return;
    pen.lineTo(...at(event));
    pen.stroke();
  });
  form.querySelector("[data-sign-clear]")?.addEventListener("click", clear);
  form.querySelector("[data-sign-keep]")?.addEventListener("click", () => {
    const say = (words: string): void => {
      if (error === null) return;
      error.textContent = words;
      error.hidden = words === "";
    };
    if (!drawn) {
      say("请当事人先在框内签名。");
      return;
    }
    canvas.toBlob((picture) => {
      if (picture === null) return;
      const body = new FormData();
      body.append("files", picture, "当事人签名.png");
      body.append("kind", "signature");
      sent<Files>(address, body, { "X-CSRFToken": token(form) })
        .then(() => form.requestSubmit())
        .catch((failure: unknown) => {
          say(failure instanceof Refused ? `${failure.problem.title}${failure.problem.detail}` : "网络不通，签名没有保存，请稍后再按一次。");
        });
    }, "image/png");
  });
}

const form = document.querySelector<HTMLFormElement>("form[data-onsite]");
if (form !== null) {
  const onSite = new OnSite(form);
  const statement = document.querySelector<HTMLFormElement>("form[data-statement]");
  if (statement !== null) startSigning(statement, form.dataset["attach"] ?? "");
  // What is still on its way goes before anything that leaves the page.
  for (const other of Array.from(document.querySelectorAll<HTMLFormElement>("form[data-submit], form[data-statement]"))) {
    let passed = false;
    other.addEventListener("submit", (event) => {
      if (passed || onSite.isSettled) return;
      event.preventDefault();
      const button = event.submitter;
      void onSite.settled().then((kept) => {
        passed = kept;
        // In a task of its own: a form that is still being submitted ignores that it is asked to.
        if (kept) window.setTimeout(() => other.requestSubmit(button));
      });
    }, { capture: true });
  }
}
