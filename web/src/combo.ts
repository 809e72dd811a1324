/**
 * A field that offers what fits while somebody types (ARIA 1.2, combobox with a list). The keyboard
 * stays with the field; an open list takes the arrows, Enter and Esc. What was typed is understood
 * by the server as well, so nothing depends on the list.
 */

export interface Offer {
  /** What the field holds when the offer is taken. */
  written: string;
  value: string;
  label: string;
  under?: string;
  /** What else follows from taking it: field → text. */
  also?: Record<string, string>;
}

export interface Source {
  /** What fits a text, the nearest first. */
  find(text: string): Offer[] | Promise<Offer[]>;
  /** Milliseconds to wait for the next key. */
  pause: number;
}

export interface Manner {
  /** The nearest offer is marked at once, so that Enter alone takes it. */
  eager: boolean;
  /** An empty field offers something when it is entered. */
  opens: boolean;
  take(offer: Offer): void;
}

let count = 0;

export class Combo {
  readonly list: HTMLUListElement;
  private offers: Offer[] = [];
  private active = -1;
  private timer = 0;
  private asked = 0;
  private waiting: Promise<void> | null = null;

  constructor(
    private readonly input: HTMLInputElement | HTMLTextAreaElement,
    private readonly source: Source,
    private readonly manner: Manner,
  ) {
    this.list = document.createElement("ul");
    this.list.id = `${input.id || `combo-${++count}`}-offers`;
    this.list.className = "lookup-offers";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.labels?.[0]?.textContent ?? "候选");
    (input.parentElement ?? document.body).append(this.list);
    // A text of several lines cannot be a combobox to a screen reader; its list is told by its name.
    if (input instanceof HTMLInputElement) input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.list.id);
    this.expand(false);
    input.addEventListener("input", (event) => {
      if (!(event as InputEvent).isComposing) this.later();
    });
    input.addEventListener("compositionend", () => this.later());
    input.addEventListener("focus", () => {
      if (manner.opens && input.value === "") this.later(0);
    });
    input.addEventListener("blur", () => this.close());
    input.addEventListener("keydown", (event) => this.key(event as KeyboardEvent));
  }

  get isOpen(): boolean {
    return !this.list.hidden;
  }

  /** Whether Enter takes what is marked. While the answer to the last key is awaited it does not. */
  get wouldTake(): boolean {
    return this.isOpen && this.active >= 0 && !this.isAwaited;
  }

  /** Whether Enter would take something as soon as the answer is there. */
  get isAwaited(): boolean {
    return this.manner.eager && this.input.value !== "" && (this.timer !== 0 || this.waiting !== null);
  }

  close(): void {
    window.clearTimeout(this.timer);
    this.timer = 0;
    this.asked += 1;
    this.waiting = null;
    this.list.hidden = true;
    this.active = -1;
    this.expand(false);
    this.input.removeAttribute("aria-activedescendant");
  }

  /** Take the marked offer. True when there was one. */
  takeMarked(): boolean {
    const offer = this.offers[this.active];
    if (!this.wouldTake || offer === undefined) return false;
    this.take(offer);
    return true;
  }

  /** What comes nearest to a text; for somebody who has already typed on. */
  async nearest(text: string): Promise<Offer | undefined> {
    try {
      const [best] = await this.source.find(text);
      return best;
    } catch {
      // A lost connection offers nothing; the server understands what is typed as well.
      return undefined;
    }
  }

  private expand(open: boolean): void {
    if (this.input instanceof HTMLInputElement) this.input.setAttribute("aria-expanded", String(open));
  }

  private later(pause = this.source.pause): void {
    window.clearTimeout(this.timer);
    if (pause === 0) this.ask();
    else this.timer = window.setTimeout(() => this.ask(), pause);
  }

  private ask(): void {
    this.timer = 0;
    const text = this.input.value.trim();
    const number = ++this.asked;
    if (text === "" && !this.manner.opens) return this.close();
    const found = this.source.find(text);
    if (Array.isArray(found)) return this.show(found, text);
    const waiting = found
      .then((offers) => {
        if (number === this.asked && document.activeElement === this.input) this.show(offers, text);
      })
      // A lost connection offers nothing; the server understands what is typed as well.
      .catch(() => this.close())
      .finally(() => {
        if (this.waiting === waiting) this.waiting = null;
      });
    this.waiting = waiting;
  }

  private show(offers: Offer[], text: string): void {
    this.offers = offers;
    this.list.replaceChildren(...offers.map((offer, at) => this.drawn(offer, at)));
    this.active = -1;
    this.list.hidden = offers.length === 0;
    this.expand(offers.length > 0);
    this.input.removeAttribute("aria-activedescendant");
    if (this.manner.eager && text !== "" && offers.length > 0) this.point(0);
  }

  private drawn(offer: Offer, at: number): HTMLLIElement {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${at}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    const code = document.createElement("code");
    code.textContent = offer.value;
    option.append(code);
    if (offer.label !== "" && offer.label !== offer.value) option.append(` ${offer.label}`);
    if (offer.under !== undefined && offer.under !== "") {
      const under = document.createElement("span");
      under.className = "under";
      under.textContent = offer.under;
      option.append(under);
    }
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.take(offer);
    });
    return option;
  }

  private point(to: number): void {
    const all = Array.from(this.list.children) as HTMLElement[];
    if (all.length === 0) return;
    this.active = (to + all.length) % all.length;
    all.forEach((one, at) => one.setAttribute("aria-selected", String(at === this.active)));
    const here = all[this.active];
    if (here === undefined) return;
    this.input.setAttribute("aria-activedescendant", here.id);
    here.scrollIntoView({ block: "nearest" });
  }

  private take(offer: Offer): void {
    this.close();
    this.manner.take(offer);
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Escape" && this.isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (event.key === "ArrowDown" && !this.isOpen && this.manner.opens && !event.altKey) {
      this.later(0);
    } else if (this.isOpen && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.point(this.active + (event.key === "ArrowDown" ? 1 : -1));
    }
  }
}

/** Offers that the server finds for ?q=. `more` adds what they hang on. */
export function asking(address: string, more: () => Record<string, string> = () => ({})): Source {
  return {
    pause: 120,
    async find(text: string): Promise<Offer[]> {
      const query = new URLSearchParams({ q: text, ...more() });
      const answer = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return [];
      const { results } = (await answer.json()) as { results: Partial<Offer>[] };
      return results.map((one) => offerOf(one));
    },
  };
}

function offerOf(said: Partial<Offer> & { code?: string }): Offer {
  const value = said.value ?? said.code ?? "";
  const label = said.label ?? "";
  return { ...said, value, label, written: said.written ?? `${value} ${label}` };
}

export interface Choice extends Offer {
  /** The initials of the label, as a regular expression: "[cz]q" for 重庆. */
  letters: string;
}

/** Offers that came with the page: by code, by a part of the name, by pinyin initials. */
export function among(choices: Choice[]): Source {
  return {
    pause: 0,
    find: (text) =>
      choices
        .map((choice) => ({ choice, rank: text === "" ? 0 : rank(choice, text) }))
        .filter((found): found is { choice: Choice; rank: number } => found.rank !== null)
        .sort((one, other) => one.rank - other.rank)
        .map(({ choice }) => choice),
  };
}

/** How near a choice comes to a text; null does not fit. The server ranks alike (standards/meant.py). */
function rank({ value, label, letters }: Choice, text: string): number | null {
  const code = value.toUpperCase();
  const sought = text.toUpperCase();
  if (sought === code || sought === code.replace(/^0+/, "") || text === label) return 0;
  if (code.startsWith(sought) || label.startsWith(text)) return 1;
  const isLetters = /^[A-Z]{1,12}$/.test(sought);
  if (isLetters && initials(letters, sought) === 0) return 2;
  if (label.includes(text)) return 3;
  if (isLetters && initials(letters, sought) > 0) return 4;
  return null;
}

/** Where in the initials of a name the sought ones begin, -1 for nowhere. */
function initials(letters: string, sought: string): number {
  const signs = letters.toUpperCase().match(/\[[^\]]*\]|./g) ?? [];
  for (let start = 0; start + sought.length <= signs.length; start += 1) {
    if ([...sought].every((letter, at) => signs[start + at]?.includes(letter))) return start;
  }
  return -1;
}
