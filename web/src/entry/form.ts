/** The form of online entry: saved as one types, checked at once, filled in with the keyboard alone. */

import { signInAgain } from "./accepting";
import { Box, type Said } from "./box";
import { OneAtATime, Refused, sent, Unsaved } from "./saving";

interface Answer {
  url: string;
  version: number;
  state: string;
  checked: boolean;
  saved: string;
  fields: Record<string, Said>;
  groups: { number: number; summary: string; open: boolean }[];
  whole: { text: string; tone: string }[];
}

const PAUSE = 350;

class EntryForm {
  private readonly boxes = new Map<string, Box>();
  private readonly saving = new OneAtATime(() => this.save());
  private readonly unsaved: Unsaved<Record<string, string>>;
  private readonly dirty = new Set<string>();
  /** Field → its text as the server knows it. */
  private readonly known = new Map<string, string>();
  private readonly opened = new Set<string>();
  private leaving = false;
  private submitting = false;
  /** While the form that has been saved is really sent. */
  private passing = false;
  private over = false;
  private ok = false;
  private complete: boolean;

  constructor(private readonly form: HTMLFormElement) {
    this.complete = document.querySelector("[data-focus]") !== null;
    this.unsaved = new Unsaved(form.dataset["who"] ?? "");
    for (const root of Array.from(form.querySelectorAll<HTMLElement>("[data-box]"))) {
      const box = new Box(root, {
        beside: () => this.beside(),
        changed: (name, atOnce) => this.changed(name, atOnce),
        put: (texts) => this.put(texts),
        next: (from) => this.next(from),
      });
      this.boxes.set(box.name, box);
      this.known.set(box.name, box.text);
    }
    form.addEventListener("submit", (event) => void this.submit(event));
    form.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("toggle", (event) => this.toggled(event), true);
    for (const field of Array.from(form.querySelectorAll("[name=reason], [name=note], [name=provider]"))) {
      field.addEventListener("change", () => this.changed("", true));
    }
    window.addEventListener("beforeunload", (event) => {
      if (this.dirty.size > 0 && !this.leaving) event.preventDefault();
    });
    // Back from the next page: what was handed in is no draft any more.
    window.addEventListener("pageshow", (event) => {
      if (event.persisted && this.leaving) location.reload();
    });
    this.restore();
    this.begin();
  }

  /** What is typed but not saved when a session ends is put back after signing in again. */
  private restore(): void {
    const left = this.unsaved.read() ?? {};
    const names = Object.keys(left).filter((name) => this.boxes.has(name));
    if (names.length === 0) return;
    for (const name of names) this.boxes.get(name)?.put(left[name] ?? "");
    this.tell("已恢复上次没来得及保存的内容。");
  }

  private begin(): void {
    const problems = document.querySelector<HTMLElement>("[data-focus]");
    if (problems !== null) problems.focus();
    else if (document.activeElement === document.body && hasKeyboard()) this.first()?.focus();
    this.count();
  }

  private first(): Box | undefined {
    return [...this.boxes.values()].find((box) => box.text === "" && !isFolded(box));
  }

  private beside(): Record<string, string> {
    const found: Record<string, string> = { provider: this.value("provider") };
    for (const name of (this.form.dataset["beside"] ?? "").split(" ").filter(Boolean)) {
      const text = this.boxes.get(name)?.text ?? "";
      if (text !== "") found[`at-${name}`] = text;
    }
    return found;
  }

  private changed(name: string, atOnce: boolean): void {
    if (name !== "") {
      const text = this.boxes.get(name)?.text ?? "";
      if (this.known.get(name) === text) return;
      this.dirty.add(name);
      this.unsaved.keep(Object.fromEntries([...this.dirty].map((n) => [n, this.boxes.get(n)?.text ?? ""])));
    }
    this.saving.later(atOnce ? 0 : PAUSE);
  }

  /** Put in what follows from an offer, as the platform's own: it gives way when the code changes. */
  private put(texts: Record<string, string>): void {
    const state = JSON.parse(this.value("state") || "{}") as { proposed?: Record<string, string> };
    for (const [name, text] of Object.entries(texts)) {
      const box = this.boxes.get(name);
      if (box === undefined || (box.text !== "" && state.proposed?.[name] !== box.text)) continue;
      state.proposed = { ...state.proposed, [name]: text };
      this.set("state", JSON.stringify(state));
      box.put(text);
    }
  }

  private async save(): Promise<void> {
    this.ok = false;
    if (this.over) return;
    const texts = new Map([...this.boxes].map(([name, box]) => [name, box.text]));
    const body = new FormData(this.form);
    body.set("act", "save");
    const saved = this.form.querySelector<HTMLElement>("[data-saved]");
    try {
      const answer = await sent<Answer>(location.pathname + location.search, body);
      for (const [name, text] of texts) {
        this.known.set(name, text);
        if (this.boxes.get(name)?.text === text) this.dirty.delete(name);
      }
      if (this.dirty.size === 0) this.unsaved.forget();
      this.ok = true;
      this.apply(answer, texts);
      this.tell(`草稿已于 ${answer.saved} 保存${answer.checked ? "" : "；检核暂时没有响应，稍后再查"}`);
    } catch (error) {
      this.failed(error, saved);
    }
  }

  private failed(error: unknown, saved: HTMLElement | null): void {
    if (!(error instanceof Refused)) {
      // The network is away: what is typed stays here, and is sent with the next key or in a while.
      this.tell("没有连上服务器，内容留在本页，连上后自动保存。", true);
      this.saving.later(5000);
      return;
    }
    const { status, title, detail } = error.problem;
    if (status === 401 || (status === 403 && !error.problem.isTold)) return this.signedOut();
    if (status === 409) {
      this.over = true;
      this.unsaved.forget();
    }
    if (saved !== null) this.tell(`${title}${detail}`, true);
  }

  private signedOut(): void {
    this.over = true;
    const place = this.form.querySelector<HTMLElement>("[data-saved]");
    const link = signInAgain(this.form.dataset["signin"]);
    link.addEventListener("click", () => (this.leaving = true));
    this.tell("登录已过期。填写的内容没有丢。", true);
    place?.append(document.createElement("br"), link);
    place?.scrollIntoView({ block: "center" });
  }

  private apply(answer: Answer, texts: Map<string, string>): void {
    this.set("version", String(answer.version));
    if (location.pathname !== answer.url) this.unsaved.moveTo(answer.url);
    for (const [name, said] of Object.entries(answer.fields)) {
      const box = this.boxes.get(name);
      box?.show(said, texts.get(name) ?? "", this.complete);
      if (box !== undefined) this.known.set(name, box.text);
    }
    this.remember(answer.state);
    for (const group of answer.groups) {
      const more = this.form.querySelector<HTMLDetailsElement>(`[data-group="${group.number}"]`);
      const summary = more?.querySelector("[data-summary]");
      if (summary) summary.textContent = group.summary;
      if (more !== null && group.open && !this.opened.has(String(group.number))) more.open = true;
    }
    this.count(answer);
  }

  /** Keep what the platform proposed, as far as it got into the fields: the rest was not emptied. */
  private remember(said: string): void {
    const state = JSON.parse(said) as { proposed: Record<string, string> };
    for (const [name, text] of Object.entries(state.proposed)) {
      if (this.boxes.get(name)?.text !== text) delete state.proposed[name];
    }
    this.set("state", JSON.stringify(state));
  }

  /** How much is left to do, each a link to its field. */
  private count(answer?: Answer): void {
    const progress = this.form.querySelector<HTMLElement>("[data-progress]");
    const left = this.form.querySelector<HTMLElement>("[data-left]");
    const todo = this.form.querySelector<HTMLElement>("[data-todo]");
    if (progress === null || left === null || todo === null || answer === undefined) return;
    const wrong = Object.entries(answer.fields).filter(([, said]) => said.troubles.some((one) => one.tone === "late"));
    const missing = wrong.filter(([, said]) => said.troubles.every((one) => one.missing || one.tone !== "late"));
    const bad = wrong.length - missing.length;
    progress.hidden = false;
    const parts = [missing.length > 0 ? `还差 ${missing.length} 项` : "", bad > 0 ? `${bad} 项有误` : ""];
    left.textContent = parts.filter(Boolean).join("，") || "都填好了，可以入库";
    left.classList.toggle("is-done", wrong.length === 0);
    todo.replaceChildren(
      ...wrong.slice(0, 8).map(([name]) => {
        const item = document.createElement("li");
        const link = document.createElement("a");
        link.href = `#in-${name}`;
        link.textContent = this.boxes.get(name)?.label ?? name;
        link.addEventListener("click", (event) => {
          event.preventDefault();
          this.boxes.get(name)?.focus();
        });
        item.append(link);
        return item;
      }),
    );
  }

  /** The next field that is empty or wrong and not folded away; after the last one the button. */
  private next(from: Box): void {
    const all = [...this.boxes.values()];
    const at = all.indexOf(from) + 1;
    const isNext = (box: Box): boolean =>
      box !== from && !isFolded(box) && !box.isFixed && !this.isComing(box) && (box.isWrong || isOpen(box));
    const target = all.slice(at).find(isNext) ?? (this.isBusy ? undefined : all.slice(0, at).find(isRequired(isNext)));
    if (target !== undefined) return target.focus();
    const button = this.form.querySelector<HTMLButtonElement>('.entry-acts button[value="submit"]');
    button?.focus();
    if (this.isBusy) void this.lookAgain(button);
  }

  /** What was about to be filled in and was not has to be typed after all. */
  private async lookAgain(button: HTMLButtonElement | null): Promise<void> {
    await this.saving.now();
    if (document.activeElement !== button) return;
    const missing = [...this.boxes.values()].find((box) => box.required && box.text === "" && !isFolded(box));
    missing?.focus();
  }

  /** Whether the platform is about to fill a field in, because what it hangs on has just been filled. */
  private isComing(box: Box): boolean {
    return this.isBusy && box.hangs.some((name) => (this.boxes.get(name)?.text ?? "") !== "");
  }

  private get isBusy(): boolean {
    return this.dirty.size > 0 || this.saving.isRunning;
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !event.ctrlKey || event.isComposing) return;
    event.preventDefault();
    const act = event.shiftKey ? "next" : "submit";
    const button = this.form.querySelector<HTMLButtonElement>(`.entry-acts button[value="${act}"]`);
    if (button !== null) this.form.requestSubmit(button);
  }

  /** Saves, then sends the form, once: a second click while the first is under way does nothing. */
  private async submit(event: SubmitEvent): Promise<void> {
    if (this.passing) return;
    event.preventDefault();
    if (this.submitting) return;
    this.submitting = true;
    const button = event.submitter as HTMLButtonElement | null;
    button?.setAttribute("aria-busy", "true");
    for (const box of this.boxes.values()) box.settle();
    await this.saving.now();
    if (!this.ok) {
      this.submitting = false;
      button?.removeAttribute("aria-busy");
      return;
    }
    this.leaving = true;
    this.passing = true;
    this.form.requestSubmit(button);
    this.passing = false;
  }

  private toggled(event: Event): void {
    const more = event.target as HTMLDetailsElement;
    const number = more.dataset["group"];
    if (number !== undefined) this.opened.add(number);
  }

  private tell(text: string, alarming = false): void {
    const place = this.form.querySelector<HTMLElement>("[data-saved]");
    if (place === null) return;
    place.textContent = text;
    place.classList.toggle("is-alarming", alarming);
  }

  private value(name: string): string {
    return this.form.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value ?? "";
  }

  private set(name: string, text: string): void {
    const field = this.form.querySelector<HTMLInputElement>(`[name="${name}"]`);
    if (field !== null) field.value = text;
  }
}

/** On a phone the focus would raise the keyboard over half the page. */
const hasKeyboard = (): boolean => window.matchMedia("(pointer: fine)").matches;

/** Empty, and to be filled in: what is seldom needed is passed over also while it is unfolded. */
const isOpen = (box: Box): boolean =>
  box.text === "" && (box.required || box.root.closest("details") === null);

const isRequired =
  (claim: (box: Box) => boolean) =>
  (box: Box): boolean =>
    box.required && claim(box);

const isFolded = (box: Box): boolean => box.root.closest("details:not([open])") !== null;

export function startForm(): void {
  const form = document.querySelector<HTMLFormElement>("[data-entry]");
  if (form !== null) new EntryForm(form);
}
