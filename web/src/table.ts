/** What a table remembers on this machine (columns, density), and which rows are ticked. */

interface Column {
  index: number;
  label: string;
  shown: boolean;
}

interface Table {
  $root: HTMLElement;
  picked: number;
  dense: boolean;
  columns: Column[];
  init(): void;
  key(): string;
  ticks(): HTMLInputElement[];
  count(): void;
  draw(): void;
  keep(): void;
}

interface Kept {
  dense: boolean;
  hidden: string[];
}

const NOTHING: Kept = { dense: false, hidden: [] };

/** Private mode and full disks refuse storage; the table then forgets, and works. */
function read(key: string): Kept {
  try {
    return { ...NOTHING, ...JSON.parse(localStorage.getItem(key) ?? "{}") };
  } catch {
    return NOTHING;
  }
}

function write(key: string, kept: Kept): void {
  try {
    localStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // Nothing to do: see read().
  }
}

export function table(): object {
  return {
    picked: 0,
    dense: false,
    columns: [],

    init(this: Table) {
      const kept = read(this.key());
      this.dense = kept.dense;
      const heads = this.$root.querySelectorAll<HTMLElement>("thead th");
      this.columns = Array.from(heads)
        .map((head, index) => ({ head, index }))
        .filter(({ head }) => !head.classList.contains("pick") && !head.classList.contains("first"))
        .map(({ head, index }) => {
          const label = head.textContent?.trim() ?? "";
          return { index, label, shown: !kept.hidden.includes(label) };
        });
      const scroll = this.$root.querySelector<HTMLElement>(".table-scroll");
      scroll?.addEventListener(
        "scroll",
        () => scroll.classList.toggle("is-moved", scroll.scrollLeft > 0),
        { passive: true },
      );
      this.draw();
      this.count();
    },

    key(this: Table): string {
      return `table:${this.$root.dataset["table"] ?? location.pathname}`;
    },

    ticks(this: Table): HTMLInputElement[] {
      return Array.from(this.$root.querySelectorAll<HTMLInputElement>("tbody .pick input"));
    },

    count(this: Table) {
      const ticks = this.ticks();
      for (const tick of ticks) tick.closest("tr")?.classList.toggle("is-picked", tick.checked);
      this.picked = ticks.filter((tick) => tick.checked).length;
      const all = this.$root.querySelector<HTMLInputElement>("thead .pick input");
      if (all === null) return;
      all.checked = this.picked > 0 && this.picked === ticks.length;
      all.indeterminate = this.picked > 0 && this.picked < ticks.length;
    },

    all(this: Table, event: Event) {
      const on = (event.target as HTMLInputElement).checked;
      for (const tick of this.ticks()) tick.checked = on;
      this.count();
    },

    none(this: Table) {
      for (const tick of this.ticks()) tick.checked = false;
      this.count();
    },

    toggle(this: Table, event: Event) {
      const box = event.target as HTMLInputElement;
      const column = this.columns.find(({ index }) => String(index) === box.value);
      if (column === undefined) return;
      column.shown = box.checked;
      this.draw();
      this.keep();
    },

    thicken(this: Table) {
      this.dense = !this.dense;
      this.draw();
      this.keep();
    },

    draw(this: Table) {
      this.$root.querySelector(".table")?.classList.toggle("table--dense", this.dense);
      for (const row of Array.from(this.$root.querySelectorAll<HTMLTableRowElement>(".table tr"))) {
        for (const { index, shown } of this.columns) {
          const cell = row.cells[index];
          if (cell !== undefined) cell.hidden = !shown;
        }
      }
    },

    keep(this: Table) {
      const hidden = this.columns.filter(({ shown }) => !shown).map(({ label }) => label);
      write(this.key(), { dense: this.dense, hidden });
    },
  };
}
