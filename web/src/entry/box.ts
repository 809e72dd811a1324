/** One field of the form: reading, writing, offering, and saying what is wrong beside it. */

import { among, asking, Combo, type Offer } from "../combo";
import { Chips } from "./chips";
import { choices } from "./offering";

export interface Trouble {
  text: string;
  tone: "late" | "due";
  missing: boolean;
  at_once: boolean;
  offers: { value: string; written: string }[];
}

export interface Said {
  text: string;
  source: string;
  troubles: Trouble[];
}

export interface Around {
  /** What an offer hangs on: the day of the act, the item, the body. */
  beside(): Record<string, string>;
  /** Something was typed or chosen in this field. */
  changed(name: string, atOnce: boolean): void;
  /** Put texts into other fields: what follows from an offer. */
  put(texts: Record<string, string>): void;
  /** Go on to what has to be filled in next. */
  next(from: Box): void;
}

const ICON = { late: "stop", due: "warn" } as const;

export class Box {
  readonly name: string;
  readonly kind: string;
  readonly required: boolean;
  readonly label: string;
  /** The fields that decide what the platform puts here. */
  readonly hangs: string[];
  touched = false;
  private said: Trouble[] = [];
  private all = false;
  private readonly input: HTMLInputElement | HTMLTextAreaElement | null;
  private readonly radios: HTMLInputElement[];
  private readonly chips: Chips | null;
  private readonly combo: Combo | null;
  private readonly wrong: HTMLElement;
  private readonly source: HTMLElement | null;

  constructor(
    readonly root: HTMLElement,
    private readonly around: Around,
  ) {
    this.name = root.dataset["box"] ?? "";
    this.kind = root.dataset["kind"] ?? "text";
    this.radios = Array.from(root.querySelectorAll<HTMLInputElement>('input[type="radio"]'));
    this.input = this.radios.length > 0 ? null : root.querySelector("input, textarea");
    this.hangs = (root.dataset["hangs"] ?? "").split(" ").filter(Boolean);
    this.required = root.querySelector(".must") !== null;
    this.label = root.querySelector("label, legend")?.firstChild?.textContent ?? "";
    this.wrong = root.querySelector<HTMLElement>(".entry-wrong") ?? root;
    this.source = root.querySelector<HTMLElement>(".entry-source");
    this.chips = this.asChips();
    this.combo = this.asCombo();
    this.listen();
  }

  get text(): string {
    if (this.input === null) return this.radios.find((one) => one.checked)?.value ?? "";
    return this.input.value.trim();
  }

  /** What takes the keyboard. */
  get focusable(): HTMLElement | null {
    if (this.chips !== null) return this.chips.input;
    if (this.input !== null) return this.input;
    return this.radios.find((one) => one.checked) ?? this.radios[0] ?? null;
  }

  get isFocused(): boolean {
    return this.root.contains(document.activeElement);
  }

  get isWrong(): boolean {
    return this.root.classList.contains("field--wrong");
  }

  get isFixed(): boolean {
    return this.input?.readOnly === true;
  }

  /** Put a text in, as if it had been typed. */
  put(text: string): void {
    this.write(text);
    this.around.changed(this.name, true);
  }

  /** Show what the server understood or filled in. Never under somebody's fingers. */
  show(said: Said, sentText: string, showMissing: boolean): void {
    const isFree = !this.isFocused || (this.text === "" && this.typing === "");
    if (isFree && this.text === sentText && this.text !== said.text) this.fill(said.text);
    if (this.source !== null) {
      const words = this.source.querySelector("span");
      if (words !== null) words.textContent = said.source;
      this.source.hidden = said.source === "";
    }
    this.said = said.troubles;
    this.all = showMissing;
    this.retell();
  }

  /** Nobody is told off in the middle of a word, nor for what comes next. */
  private retell(): void {
    const isBeing = this.isFocused && !this.isWrong;
    this.tell(
      this.said.filter((one) => {
        if (one.missing) return this.all || (this.touched && this.text === "" && !this.isFocused);
        return one.at_once || !isBeing;
      }),
    );
  }

  private get typing(): string {
    return this.chips?.input.value.trim() ?? "";
  }

  /** What the platform fills in, also where somebody is about to type. */
  private fill(text: string): void {
    this.write(text);
    if (!this.isFocused) return;
    this.combo?.close();
    if (this.input instanceof HTMLInputElement && this.chips === null) this.input.select();
  }

  focus(): void {
    this.root.closest("details")?.setAttribute("open", "");
    this.focusable?.focus();
    if (this.input instanceof HTMLInputElement && this.chips === null) this.input.select();
  }

  /** Make what is half typed a part of the list. */
  settle(): void {
    this.chips?.settle();
  }

  private write(text: string): void {
    if (this.chips !== null) return this.chips.show(text);
    if (this.input !== null) {
      this.input.value = text;
      grow(this.input);
      return;
    }
    for (const radio of this.radios) radio.checked = radio.value === text;
  }

  private tell(troubles: Trouble[]): void {
    this.root.classList.toggle("field--wrong", troubles.some((one) => one.tone === "late"));
    const told = troubles.map((one) => this.drawn(one));
    const before = this.wrong.textContent;
    if (before === told.map((one) => one.textContent).join("")) return;
    this.wrong.replaceChildren(...told);
    const field = this.focusable;
    if (troubles.some((one) => one.tone === "late")) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
  }

  private drawn(trouble: Trouble): HTMLParagraphElement {
    const line = document.createElement("p");
    line.className = `field-error field-error--${trouble.tone}`;
    line.append(icon(ICON[trouble.tone]));
    const words = document.createElement("span");
    words.textContent = trouble.text;
    if (trouble.offers.length > 0) {
      const near = document.createElement("span");
      near.className = "entry-nearest";
      near.append("当日有效的：", ...trouble.offers.map((offer) => this.taking(offer.written)));
      words.append(near);
    }
    line.append(words);
    return line;
  }

  private taking(written: string): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = written;
    button.addEventListener("click", () => {
      this.put(written);
      this.focus();
    });
    return button;
  }

  private asChips(): Chips | null {
    if (this.kind !== "chips" || !(this.input instanceof HTMLInputElement)) return null;
    const labels = JSON.parse(this.root.dataset["labels"] ?? "{}") as Record<string, string>;
    return new Chips(this.input, labels, () => this.around.changed(this.name, true));
  }

  private asCombo(): Combo | null {
    const field = this.input;
    if (field === null || this.isFixed) return null;
    const list = this.root.querySelector("datalist");
    const address = field.dataset["offers"];
    if (list === null && address === undefined) return null;
    field.removeAttribute("list");
    const source = list !== null ? among(choices(list)) : asking(address ?? "", () => this.around.beside());
    const isFree = this.root.dataset["free"] !== undefined;
    const typed = this.chips?.input ?? field;
    const opens = list !== null || !(field instanceof HTMLTextAreaElement);
    return new Combo(typed, source, { eager: !isFree, opens, take: (offer) => this.take(offer) });
  }

  private take(offer: Offer): void {
    this.touched = true;
    if (this.chips !== null) {
      this.chips.add(offer.value, offer.label);
      return;
    }
    this.write(offer.written);
    this.around.put(offer.also ?? {});
    this.around.changed(this.name, true);
  }

  private listen(): void {
    this.root.addEventListener("input", () => {
      if (this.input !== null) grow(this.input);
      this.around.changed(this.name, false);
    });
    this.root.addEventListener("change", () => this.around.changed(this.name, true));
    this.root.addEventListener("focusout", (event) => {
      if (this.root.contains(event.relatedTarget as Node | null)) return;
      this.touched = true;
      this.settle();
      this.around.changed(this.name, true);
      // Not before the focus has arrived where it goes.
      window.setTimeout(() => this.retell(), 0);
    });
    this.root.addEventListener("click", (event) => {
      const take = (event.target as HTMLElement).closest<HTMLElement>("[data-take]");
      if (take !== null) this.put(take.dataset["take"] ?? "");
    });
    this.root.addEventListener("keydown", (event) => this.key(event));
    if (this.input !== null) grow(this.input);
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing || event.altKey || event.metaKey) return;
    if (this.radios.length > 0 && !event.ctrlKey && event.key.length === 1) this.pick(event);
    if (event.key !== "Enter" || event.ctrlKey) return;
    if (event.target instanceof HTMLTextAreaElement && !this.combo?.wouldTake) return;
    if ((event.target as HTMLElement).closest("button") !== null) return;
    event.preventDefault();
    if (this.combo?.isAwaited === true) return void this.takeLater(this.combo);
    if (this.combo?.takeMarked() === true) {
      if (this.chips === null) this.around.next(this);
      return;
    }
    if (this.typing !== "") return this.settle();
    this.around.next(this);
  }

  /** Nobody waits for an answer: what was typed stands, and becomes what it means when that is known. */
  private async takeLater(combo: Combo): Promise<void> {
    const typed = this.typing || this.text;
    combo.close();
    if (this.chips !== null) this.settle();
    else this.around.next(this);
    const best = await combo.nearest(typed);
    if (best === undefined) return;
    if (this.chips !== null) this.chips.replace(typed, best.value, best.label);
    else if (this.text === typed) this.take(best);
  }

  /** A key on a choice of few picks by the code's last sign or the label's first initial. */
  private pick(event: KeyboardEvent): void {
    const key = event.key.toLowerCase();
    const found = this.radios.find(
      (one) => one.value.toLowerCase().endsWith(key) || (one.dataset["letters"] ?? "").startsWith(key),
    );
    if (found === undefined) return;
    event.preventDefault();
    found.checked = true;
    found.focus();
    this.around.changed(this.name, true);
  }
}

/** An icon of the page's sprite, found by one that is already there. */
export function icon(name: string): SVGSVGElement {
  const known = document.querySelector<SVGUseElement>("svg.icon use")?.getAttribute("href") ?? "#";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon icon--small");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${known.split("#")[0]}#${name}`);
  svg.append(use);
  return svg;
}

/** A text of several lines is as high as it is long. */
function grow(field: HTMLInputElement | HTMLTextAreaElement): void {
  if (!(field instanceof HTMLTextAreaElement)) return;
  field.rows = Math.min(12, Math.max(3, field.value.split("\n").length, Math.ceil(field.value.length / 40)));
}
