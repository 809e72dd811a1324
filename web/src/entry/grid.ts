/** Many records at once: paste from a spreadsheet, move by arrows, fill down, see what is wrong at once. */

import { Combo, type Source } from "../combo";
import { accepted, signInAgain } from "./accepting";
import { Cells, moved, type Place } from "./cells";
import { OneAtATime, Refused, sent, Unsaved } from "./saving";
import { sourceOf } from "./offering";
import { asText, isEmpty, pasted, Sheet, type Answer, type Cells as Texts, type Column } from "./sheet";

const PAUSE = 500;
const AT_ONCE = 400;

class Grid {
  private readonly sheet: Sheet;
  private readonly cells: Cells;
  private readonly editor: HTMLInputElement;
  private readonly saving = new OneAtATime(() => this.save());
  private readonly sources = new Map<string, Source | null>();
  private combo: Combo | null = null;
  private editing = false;
  private version: number;
  private over = false;
  private dragging = false;
  private trouble = "";
  private landing = false;
  private readonly unsaved: Unsaved<Record<string, Texts>>;

  constructor(private readonly root: HTMLElement) {
    const columns = JSON.parse(root.dataset["columns"] ?? "[]") as Column[];
    this.version = Number(root.dataset["version"] ?? 0);
    this.unsaved = new Unsaved(root.dataset["who"] ?? "");
    this.sheet = new Sheet(columns, Number(root.dataset["most"] ?? 5000));
    this.cells = new Cells(this.sheet, this.part("scroll"), this.part("head"), this.part("body"));
    this.editor = document.createElement("input");
    this.editor.className = "grid-editor";
    this.editor.autocomplete = "off";
    this.editor.spellcheck = false;
    const wrap = document.createElement("div");
    wrap.className = "grid-editing";
    wrap.append(this.editor);
    this.part("scroll").append(wrap);
    this.cells.show(this.visible());
    this.listen();
    this.go({ row: 0, column: 0 });
    void this.start();
  }

  /** The rows of the draft, and what a session that ended left unsaved. */
  private async start(): Promise<void> {
    try {
      if (this.root.dataset["draft"] !== undefined) await this.load();
    } catch {
      // Nothing may be saved over rows that are not seen.
      this.over = true;
      return this.say("没有读到这份草稿的内容，请刷新本页。");
    }
    const left = this.unsaved.read();
    if (left === null) return;
    this.sheet.putBack(left);
    this.reshow();
    this.tally();
    this.trouble = "已恢复上次没来得及保存的内容。";
    this.explain();
    this.saving.later(0);
  }

  private part<T extends HTMLElement>(name: string): T {
    const found = this.root.querySelector<T>(`[data-grid-${name}]`);
    if (found === null) throw new Error(`a grid needs data-grid-${name}`);
    return found;
  }

  private visible(): Column[] {
    const all = this.root.querySelector<HTMLInputElement>("[data-grid-more]")?.checked === true;
    return this.sheet.columns.filter((column) => all || !column.more || this.holds(column));
  }

  /** Whether somebody typed into a column, so that it must be seen. */
  private holds(column: Column): boolean {
    return this.sheet.rows.some((row) => (row[column.name] ?? "") !== "");
  }

  // --- Moving and choosing -----------------------------------------------------------------

  private go(to: Place, extend = false): void {
    const place = {
      row: Math.min(Math.max(to.row, 0), this.sheet.rows.length - 1),
      column: Math.min(Math.max(to.column, 0), this.cells.columns.length - 1),
    };
    this.cells.to = place;
    if (!extend) this.cells.from = place;
    this.cells.reveal(place);
    this.cells.draw();
    this.park();
    this.explain();
  }

  /** Put the editor over the cell that has the keyboard; it shows only while somebody types. */
  private park(): void {
    const { left, top, width, height } = this.cells.box(this.cells.from);
    const wrap = this.editor.parentElement;
    if (wrap === null) return;
    const head = this.part("head").offsetHeight;
    wrap.style.transform = `translate(${left}px, ${top + head}px)`;
    wrap.style.width = `${width}px`;
    wrap.style.height = `${height}px`;
    const column = this.cells.columns[this.cells.from.column];
    this.editor.setAttribute("aria-label", `${column?.label ?? ""}，第 ${this.cells.from.row + 1} 行，${this.sheet.text(this.cells.from.row, column?.name ?? "") || "空"}`);
    this.editor.inputMode = column?.kind === "date" ? "numeric" : column?.kind === "number" ? "decimal" : "text";
  }

  private explain(): void {
    const { row, column } = this.cells.from;
    const name = this.cells.columns[column]?.name ?? "";
    const said = [...this.sheet.troubles(row, name), ...this.sheet.troubles(row, "")].map((one) => one.text);
    this.part("reason").textContent = said.join(" ") || this.trouble;
  }

  // --- Typing ------------------------------------------------------------------------------

  private begin(text: string | null): void {
    if (this.editing) return;
    this.editing = true;
    const column = this.cells.columns[this.cells.from.column];
    this.editor.parentElement?.classList.add("is-open");
    if (text !== null) this.editor.value = text;
    this.combo?.list.remove();
    this.combo = column === undefined ? null : this.comboFor(column);
  }

  private comboFor(column: Column): Combo | null {
    const source = this.sourceOf(column);
    if (source === null) return null;
    return new Combo(this.editor, source, {
      eager: true,
      opens: false,
      take: (offer) => {
        this.editor.value = offer.written;
        this.commit();
        this.go({ row: this.cells.from.row, column: this.cells.from.column + 1 });
      },
    });
  }

  private sourceOf(column: Column): Source | null {
    const known = this.sources.get(column.name);
    if (known !== undefined) return known;
    const address = (this.root.dataset["asking"] ?? "").replace("FIELD", column.name);
    const source = sourceOf(column, address, () => this.beside());
    this.sources.set(column.name, source);
    return source;
  }

  private beside(): Record<string, string> {
    const row = this.sheet.rows[this.cells.from.row] ?? {};
    const found: Record<string, string> = { provider: this.root.dataset["provider"] ?? "" };
    for (const [name, text] of Object.entries(row)) found[`at-${name}`] = text;
    return found;
  }

  private commit(): void {
    if (!this.editing) return;
    const { row, column } = this.cells.from;
    const name = this.cells.columns[column]?.name;
    const text = this.editor.value.trim();
    this.cancel();
    if (name !== undefined) this.write([{ row, name, text }]);
  }

  private cancel(): void {
    this.editing = false;
    this.combo?.close();
    this.editor.value = "";
    this.editor.parentElement?.classList.remove("is-open");
  }

  private write(cells: { row: number; name: string; text: string }[]): void {
    const beyond = this.sheet.write(cells);
    if (beyond > 0) this.trouble = `一次最多录入 ${this.sheet.most.toLocaleString("zh-CN")} 行，最后 ${beyond.toLocaleString("zh-CN")} 行没有放进来；更多的请报送文件。`;
    this.cells.draw();
    this.tally();
    this.saving.later(PAUSE);
  }

  // --- Keys, pointer, clipboard ------------------------------------------------------------

  private listen(): void {
    const { editor } = this;
    editor.addEventListener("keydown", (event) => void this.key(event));
    editor.addEventListener("compositionstart", () => this.begin(null));
    editor.addEventListener("input", () => this.begin(null));
    editor.addEventListener("blur", () => this.commit());
    editor.addEventListener("paste", (event) => this.paste(event));
    editor.addEventListener("copy", (event) => this.copy(event));
    editor.addEventListener("cut", (event) => {
      if (this.editing) return;
      this.copy(event);
      this.clear();
    });
    const scroll = this.part("scroll");
    scroll.addEventListener("pointerdown", (event) => this.press(event));
    scroll.addEventListener("pointermove", (event) => this.drag(event));
    window.addEventListener("pointerup", () => (this.dragging = false));
    scroll.addEventListener("dblclick", () => this.edit());
    this.part("more").addEventListener("change", () => this.reshow());
    this.part("undo").addEventListener("click", () => this.undo());
    this.part("next-wrong").addEventListener("click", () => this.nextWrong());
    for (const button of Array.from(this.root.querySelectorAll<HTMLButtonElement>("[data-grid-land]"))) {
      button.addEventListener("click", () => void this.land(button.dataset["gridLand"] ?? "all"));
    }
    window.addEventListener("beforeunload", (event) => {
      if (this.sheet.changed.size > 0 && !this.over) event.preventDefault();
    });
  }

  private press(event: PointerEvent): void {
    const place = this.cells.at(event);
    if (place === null) return;
    event.preventDefault();
    this.commit();
    this.dragging = true;
    this.go(place, event.shiftKey);
    this.editor.focus();
  }

  private drag(event: PointerEvent): void {
    const place = this.dragging ? this.cells.at(event) : null;
    if (place === null || (place.row === this.cells.to.row && place.column === this.cells.to.column)) return;
    this.cells.to = place;
    this.cells.draw();
  }

  private edit(): void {
    const { row, column } = this.cells.from;
    this.begin(this.sheet.text(row, this.cells.columns[column]?.name ?? ""));
    this.editor.focus();
  }

  private async key(event: KeyboardEvent): Promise<void> {
    if (event.isComposing) return;
    if (event.ctrlKey || event.metaKey) return this.shortcut(event);
    const { row, column } = this.editing ? this.cells.from : this.cells.to;
    const to = moved(event.key, { row, column }, this.cells.columns.length - 1);
    if (to !== undefined && !this.editing) {
      event.preventDefault();
      this.go(to, event.shiftKey);
    } else if (event.key === "Enter" || event.key === "Tab") {
      await this.leave(event, row, column);
    } else if (event.key === "Escape") {
      this.cancel();
    } else if (event.key === "F2") {
      event.preventDefault();
      this.edit();
    } else if (!this.editing && (event.key === "Delete" || event.key === "Backspace")) {
      event.preventDefault();
      this.clear();
    }
  }

  /** Enter goes down, Tab to the right; what is typed, or the marked offer, is kept. */
  private leave(event: KeyboardEvent, row: number, column: number): void {
    const isTab = event.key === "Tab";
    const last = this.cells.columns.length - 1;
    if (isTab && !this.editing && ((event.shiftKey && row === 0 && column === 0) || (!event.shiftKey && column === last && isEmpty(this.sheet.rows[row])))) return;
    event.preventDefault();
    const step = event.shiftKey ? -1 : 1;
    const awaited = this.editing && this.combo?.isAwaited === true ? this.combo : null;
    const typed = this.editor.value.trim();
    if (this.editing && this.combo?.takeMarked() === true) {
      if (!isTab) this.go({ row: row + step, column });
      return;
    }
    this.commit();
    if (awaited !== null) void this.takeLater(awaited, row, column, typed);
    if (!isTab) this.go({ row: row + step, column });
    else if (step > 0 && column === last) this.go({ row: row + 1, column: 0 });
    else this.go({ row, column: column + step });
  }

  /** What was typed becomes what it means when that is known; nobody waits for it. */
  private async takeLater(combo: Combo, row: number, column: number, typed: string): Promise<void> {
    const name = this.cells.columns[column]?.name ?? "";
    const best = await combo.nearest(typed);
    if (best !== undefined && this.sheet.typed(row, name) === typed) this.write([{ row, name, text: best.written }]);
  }

  private shortcut(event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    if (key === "d") {
      event.preventDefault();
      this.fillDown();
    } else if (key === "z" && !this.editing) {
      event.preventDefault();
      this.undo();
    } else if (key === "a" && !this.editing) {
      event.preventDefault();
      this.cells.from = { row: 0, column: 0 };
      this.go({ row: Math.max(0, this.sheet.used - 1), column: this.cells.columns.length - 1 }, true);
    } else if (event.key === "Enter") {
      event.preventDefault();
      void this.land("all");
    }
  }

  private clear(): void {
    this.write(this.cells.area.map((cell) => ({ ...cell, text: "" })));
    this.explain();
  }

  /** The first row of what is chosen goes into the others; with one cell, the one above into it. */
  private fillDown(): void {
    const { top, bottom } = this.cells.chosen;
    const source = top === bottom ? top - 1 : top;
    if (source < 0) return;
    const cells = this.cells.area.filter(({ row }) => row !== source);
    this.write(cells.map(({ row, name }) => ({ row, name, text: this.sheet.typed(source, name) })));
  }

  private copy(event: ClipboardEvent): void {
    if (this.editing) return;
    event.preventDefault();
    event.clipboardData?.setData("text/plain", asText(this.cells.texts));
  }

  private paste(event: ClipboardEvent): void {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (this.editing || text === "") return;
    event.preventDefault();
    const { row, column } = this.cells.from;
    const { cells, unknown } = pasted(text, this.sheet.columns, this.cells.columns, row, column);
    this.trouble = unknown.length > 0 ? `这些列不在数据标准中，没有粘贴：${unknown.join("、")}` : "";
    this.write(cells);
    this.reshow();
  }

  private undo(): void {
    const row = this.sheet.undo();
    if (row < 0) return;
    this.go({ row, column: this.cells.from.column });
    this.tally();
    this.saving.later(PAUSE);
  }

  private reshow(): void {
    const name = this.cells.columns[this.cells.from.column]?.name;
    const columns = this.visible();
    this.cells.show(columns);
    const column = Math.max(0, columns.findIndex((one) => one.name === name));
    this.go({ row: this.cells.from.row, column });
  }

  private nextWrong(): void {
    const { row, column } = this.cells.from;
    const count = this.sheet.used;
    for (let step = 0; step <= count; step += 1) {
      const here = (row + step) % Math.max(1, count);
      const troubles = this.sheet.judged.get(here)?.troubles ?? [];
      if (isEmpty(this.sheet.rows[here]) || troubles.length === 0) continue;
      const names = new Set(troubles.map((one) => one.field));
      if (this.hides(names)) this.part<HTMLInputElement>("more").checked = true;
      if (this.hides(names)) this.reshow();
      const at = this.cells.columns.findIndex((one, place) => names.has(one.name) && (step > 0 || place > column));
      if (at < 0) continue;
      this.go({ row: here, column: at });
      return this.editor.focus();
    }
  }

  /** Whether one of these fields has a column that is not shown. */
  private hides(names: Set<string>): boolean {
    const shown = new Set(this.cells.columns.map((one) => one.name));
    return this.sheet.columns.some((one) => names.has(one.name) && !shown.has(one.name));
  }

  // --- Saving and landing ------------------------------------------------------------------

  private async load(): Promise<void> {
    const answer = await fetch(location.pathname, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`the draft did not come: ${answer.status}`);
    const { typed, rows, version } = (await answer.json()) as Answer;
    this.sheet.load(typed ?? [], rows ?? {});
    this.version = version ?? this.version;
    this.reshow();
    this.tally();
  }

  private async save(): Promise<void> {
    const changed = [...this.sheet.changed].sort((one, other) => one - other);
    for (let at = 0; at < changed.length && !this.over; at += AT_ONCE) {
      const some = changed.slice(at, at + AT_ONCE);
      const rows = Object.fromEntries(some.map((row) => [row, { ...this.sheet.rows[row] }]));
      if (changed.length > AT_ONCE) this.say(`正在检核 ${at}／${changed.length} 行……`);
      for (const row of some) this.sheet.changed.delete(row);
      try {
        this.apply(await this.post({ changed: rows, count: this.sheet.used }));
      } catch (error) {
        for (const row of some) this.sheet.changed.add(row);
        return this.failed(error);
      }
    }
    this.unsaved.forget();
    this.tally();
  }

  private post(said: Record<string, unknown>): Promise<Answer> {
    const token = document.querySelector<HTMLElement>("[hx-headers]")?.getAttribute("hx-headers") ?? "{}";
    const headers = { ...(JSON.parse(token) as Record<string, string>), "Content-Type": "application/json" };
    const body = JSON.stringify({ version: this.version, provider: this.root.dataset["provider"], ...said });
    return sent<Answer>(location.pathname, body, headers);
  }

  private apply(answer: Answer): void {
    this.version = answer.version ?? this.version;
    if (answer.url !== undefined && answer.url !== "" && location.pathname !== answer.url) {
      this.unsaved.moveTo(answer.url);
    }
    for (const [row, judged] of Object.entries(answer.rows ?? {})) this.sheet.judged.set(Number(row), judged);
    this.cells.draw();
    this.explain();
  }

  private failed(error: unknown): void {
    if (!(error instanceof Refused)) {
      this.unsaved.keep(this.sheet.unsaved);
      this.say("没有连上服务器，内容留在本页，连上后自动保存。");
      return this.saving.later(5000);
    }
    const { status, title, detail, isTold } = error.problem;
    if (status === 401 || (status === 403 && !isTold)) {
      this.over = true;
      const kept = this.unsaved.keep(this.sheet.unsaved);
      this.say(kept ? "登录已过期。填写的内容没有丢。" : "登录已过期，浏览器没有留存最近的改动；请先把它们复制出来再登录。");
      this.part("state").append(" ", signInAgain(this.root.dataset["signin"]));
      return;
    }
    if (status === 409) this.over = true;
    this.say(`${title}${detail}`);
  }

  /** Hand in, once: a second click while the first is under way does nothing. */
  private async land(act: string): Promise<void> {
    if (this.landing) return;
    this.landing = true;
    try {
      this.commit();
      await this.saving.now();
      if (this.sheet.changed.size === 0 && !this.over) await this.handIn(act, {});
    } catch (error) {
      this.failed(error);
    } finally {
      this.landing = false;
    }
  }

  private async handIn(act: string, said: { accepts?: boolean; note?: string }): Promise<void> {
    this.say("正在入库……");
    const answer = await this.post({ act, ...said, changed: {}, count: this.sheet.used });
    if (answer.receipt !== undefined) return this.landed(answer);
    this.apply(answer);
    this.tally();
    if (answer.outcome === "warned") {
      const warned = Object.values(answer.rows ?? {}).filter((row) => row.troubles.length > 0).length;
      const note = await accepted(warned);
      if (note !== null) return this.handIn(act, { accepts: true, note });
    }
    this.nextWrong();
  }

  private async landed(answer: Answer): Promise<void> {
    this.over = true;
    if (answer.left !== true) return location.assign(answer.receipt ?? "");
    await this.load();
    this.over = false;
    this.say(`已入库 ${answer.landed ?? 0} 行；表中留下的行还有问题。`);
    const link = document.createElement("a");
    link.href = answer.receipt ?? "";
    link.textContent = "查看回执";
    this.part("state").append(" ", link);
  }

  private tally(): void {
    const { rows, late, due } = this.sheet.counts;
    this.say(this.sheet.inWords);
    for (const button of Array.from(this.root.querySelectorAll<HTMLButtonElement>("[data-grid-land]"))) {
      button.disabled = rows === 0 || (button.dataset["gridLand"] === "good" && late === 0);
    }
    this.part<HTMLButtonElement>("next-wrong").disabled = late + due === 0;
    this.part<HTMLButtonElement>("undo").disabled = !this.sheet.canUndo;
  }

  private say(text: string): void {
    this.part("state").textContent = text;
  }
}

export function startGrid(): void {
  const root = document.querySelector<HTMLElement>("[data-grid]");
  if (root !== null) new Grid(root);
}
