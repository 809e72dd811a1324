/**
 * Keys of the desk: / searches, j and k walk the rows, Enter opens, x ticks, Esc closes; Ctrl+Enter
 * sends the form one is typing in.
 *
 * A page adds its own with data-key on a button, a link or the head of something folded. Where the
 * page has several choices (data-choice="1", "2", …), a digit chooses one, and keys go to the buttons
 * of the chosen one.
 */

const TYPING = "input, textarea, select, [contenteditable]";

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches(TYPING) && !target.matches('[type="checkbox"]');

const rows = (): HTMLTableRowElement[] =>
  Array.from(document.querySelectorAll<HTMLTableRowElement>(".table tbody tr")).filter(
    (row) => row.querySelector("a[href]") !== null,
  );

/** The row in which the focus is, or -1. */
const current = (all: HTMLTableRowElement[]): number =>
  all.findIndex((row) => row.contains(document.activeElement));

function walk(step: number): void {
  const all = rows();
  const here = current(all);
  const next = all[here < 0 ? 0 : Math.min(Math.max(here + step, 0), all.length - 1)];
  next?.querySelector<HTMLElement>("a[href]")?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function tick(): void {
  const all = rows();
  all[current(all)]?.querySelector<HTMLInputElement>(".pick input")?.click();
}

function close(): void {
  for (const menu of Array.from(document.querySelectorAll<HTMLDetailsElement>(".menu[open]"))) {
    const held = menu.contains(document.activeElement);
    menu.open = false;
    if (held) menu.querySelector("summary")?.focus();
  }
  if (location.hash === "#nav") location.hash = "#main";
}

const FIELD = "input:not([type=hidden]), textarea, select";

/** Press what bears a key; the head of something folded is opened, and its first field taken. */
function press(bearer: HTMLElement): void {
  const folded = bearer.closest("details");
  if (bearer.tagName === "SUMMARY" && folded !== null) {
    folded.open = true;
    (folded.querySelector<HTMLElement>(FIELD) ?? folded.querySelector("button"))?.focus();
  } else {
    bearer.click();
  }
}

/** Ctrl+Enter or ⌘Enter in a text of several lines sends its form. */
function send(event: KeyboardEvent): void {
  const field = event.target;
  if (field instanceof HTMLTextAreaElement && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    field.form?.requestSubmit();
  }
}

const KEYS: Record<string, () => void> = {
  "/": () => document.querySelector<HTMLInputElement>(".desk-search input")?.select(),
  j: () => walk(1),
  k: () => walk(-1),
  x: tick,
};

/** Choose the choice of that digit: it opens, and the keys are its. */
function choose(digit: string): boolean {
  const chosen = document.querySelector<HTMLElement>(`[data-choices] [data-choice="${digit}"]`);
  if (chosen === null) return false;
  for (const choice of Array.from(document.querySelectorAll<HTMLElement>("[data-choices] [data-choice]"))) {
    choice.toggleAttribute("data-chosen", choice === chosen);
    if (choice instanceof HTMLDetailsElement) choice.open = choice === chosen;
  }
  chosen.scrollIntoView({ block: "nearest" });
  return true;
}

/** The button or link of a key: that of the chosen choice before any other. */
function pressed(key: string): HTMLElement | null {
  if (!/^[a-z1-9]$/.test(key)) return null;
  const own = document.querySelector<HTMLElement>(`[data-chosen] [data-key="${key}"]`);
  return own ?? document.querySelector<HTMLElement>(`[data-key="${key}"]`);
}

export function startKeyboard(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter") send(event);
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const button = pressed(event.key);
    const act = button === null ? KEYS[event.key] : (): void => press(button);
    if (act === undefined) {
      if (/^[1-9]$/.test(event.key) && choose(event.key)) event.preventDefault();
      return;
    }
    event.preventDefault();
    if (button === null || !event.repeat) act();
  });
}
