/** Keys of the desk: / searches, j and k walk the rows, Enter opens, x ticks, Esc closes. */

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

const KEYS: Record<string, () => void> = {
  "/": () => document.querySelector<HTMLInputElement>(".desk-search input")?.select(),
  j: () => walk(1),
  k: () => walk(-1),
  x: tick,
};

export function startKeyboard(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const act = KEYS[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}
