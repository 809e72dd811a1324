/** Draws a grid of any length: only the rows in sight are in the page. */

import type { Column, Sheet } from "./sheet";

export interface Place {
  row: number;
  column: number;
}

const SCREEN = 15;

/** Where a key leads from a cell; undefined for a key that does not move. */
export function moved(key: string, { row, column }: Place, last: number): Place | undefined {
  const by: Record<string, Place> = {
    ArrowUp: { row: row - 1, column },
    ArrowDown: { row: row + 1, column },
    ArrowLeft: { row, column: column - 1 },
    ArrowRight: { row, column: column + 1 },
    PageUp: { row: row - SCREEN, column },
    PageDown: { row: row + SCREEN, column },
    Home: { row, column: 0 },
    End: { row, column: last },
  };
  return by[key];
}

const AROUND = 6;
const MARKS = { late: "◆", due: "▲", done: "✓", "": "" } as const;
const WIDTHS: Record<string, number> = { date: 112, number: 112, radio: 120, combo: 168, chips: 176, long: 240, text: 176 };
const NUMBER_WIDTH = 64;

export class Cells {
  from: Place = { row: 0, column: 0 };
  to: Place = { row: 0, column: 0 };
  columns: Column[] = [];
  private height = 33;

  constructor(
    private readonly sheet: Sheet,
    readonly scroll: HTMLElement,
    private readonly head: HTMLElement,
    private readonly body: HTMLElement,
  ) {
    scroll.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(scroll);
  }

  show(columns: Column[]): void {
    this.columns = columns;
    const heads = columns.map((column) => {
      const cell = document.createElement("div");
      cell.setAttribute("role", "columnheader");
      cell.className = "grid-cell";
      cell.style.width = `${width(column)}px`;
      cell.title = [column.help, column.unit].filter(Boolean).join("；");
      cell.textContent = column.label + (column.unit === "" ? "" : `（${column.unit}）`);
      if (column.required) cell.append(must());
      return cell;
    });
    const corner = document.createElement("div");
    corner.className = "grid-cell grid-no";
    corner.setAttribute("role", "columnheader");
    corner.textContent = "行";
    this.head.replaceChildren(corner, ...heads);
    const total = NUMBER_WIDTH + columns.reduce((sum, column) => sum + width(column), 0);
    this.head.style.width = this.body.style.width = `${total}px`;
    this.draw();
  }

  /** The rectangle that is chosen. */
  get chosen(): { top: number; bottom: number; left: number; right: number } {
    return {
      top: Math.min(this.from.row, this.to.row),
      bottom: Math.max(this.from.row, this.to.row),
      left: Math.min(this.from.column, this.to.column),
      right: Math.max(this.from.column, this.to.column),
    };
  }

  /** Every cell that is chosen. */
  get area(): { row: number; name: string }[] {
    const { top, bottom, left, right } = this.chosen;
    const names = this.columns.slice(left, right + 1).map((column) => column.name);
    const found = [];
    for (let row = top; row <= bottom; row += 1) found.push(...names.map((name) => ({ row, name })));
    return found;
  }

  /** What stands in the chosen cells, row by row. */
  get texts(): string[][] {
    const { top, bottom, left, right } = this.chosen;
    const columns = this.columns.slice(left, right + 1);
    const rows = this.sheet.rows.slice(top, bottom + 1);
    return rows.map((_, at) => columns.map((column) => this.sheet.text(top + at, column.name)));
  }

  draw(): void {
    const { sheet, scroll } = this;
    this.height = rowHeight();
    this.body.style.height = `${sheet.rows.length * this.height}px`;
    const top = Math.max(0, Math.floor(scroll.scrollTop / this.height) - AROUND);
    const bottom = Math.min(sheet.rows.length, Math.ceil((scroll.scrollTop + scroll.clientHeight) / this.height) + AROUND);
    const drawn: HTMLElement[] = [];
    for (let row = top; row < bottom; row += 1) drawn.push(this.row(row));
    this.body.replaceChildren(...drawn);
  }

  /** Where a cell stands, relative to the body. */
  box(place: Place): { left: number; top: number; width: number; height: number } {
    const left = NUMBER_WIDTH + this.columns.slice(0, place.column).reduce((sum, column) => sum + width(column), 0);
    const column = this.columns[place.column];
    return { left, top: place.row * this.height, width: column === undefined ? 0 : width(column), height: this.height };
  }

  /** Scroll as little as needed for a cell to be in sight. */
  reveal(place: Place): void {
    const { left, top, width: wide, height } = this.box(place);
    const { scroll } = this;
    const headHeight = this.head.offsetHeight;
    if (top < scroll.scrollTop) scroll.scrollTop = top;
    if (top + height > scroll.scrollTop + scroll.clientHeight - headHeight) {
      scroll.scrollTop = top + height - scroll.clientHeight + headHeight;
    }
    if (left - NUMBER_WIDTH < scroll.scrollLeft) scroll.scrollLeft = left - NUMBER_WIDTH;
    if (left + wide > scroll.scrollLeft + scroll.clientWidth) scroll.scrollLeft = left + wide - scroll.clientWidth;
  }

  /** The cell under a pointer. */
  at(event: MouseEvent): Place | null {
    const cell = (event.target as HTMLElement).closest<HTMLElement>("[data-column]");
    if (cell === null) return null;
    return { row: Number(cell.dataset["row"]), column: Number(cell.dataset["column"]) };
  }

  private row(row: number): HTMLElement {
    const { chosen, sheet } = this;
    const line = document.createElement("div");
    line.className = "grid-row";
    line.setAttribute("role", "row");
    line.setAttribute("aria-rowindex", String(row + 2));
    line.style.transform = `translateY(${row * this.height}px)`;
    const tone = sheet.tone(row);
    const number = document.createElement("div");
    number.className = `grid-cell grid-no${tone === "" ? "" : ` is-${tone}`}`;
    number.setAttribute("role", "rowheader");
    number.textContent = `${row + 1} ${MARKS[tone]}`;
    line.append(number);
    this.columns.forEach((column, at) => {
      const cell = document.createElement("div");
      cell.className = "grid-cell";
      cell.setAttribute("role", "gridcell");
      cell.dataset["row"] = String(row);
      cell.dataset["column"] = String(at);
      cell.style.width = `${width(column)}px`;
      cell.textContent = sheet.text(row, column.name);
      if (sheet.isAdded(row, column.name)) cell.classList.add("is-added");
      const tones = sheet.troubles(row, column.name).map((one) => one.tone);
      if (tones.includes("late")) cell.classList.add("is-late");
      else if (tones.length > 0) cell.classList.add("is-due");
      const isIn = row >= chosen.top && row <= chosen.bottom && at >= chosen.left && at <= chosen.right;
      cell.setAttribute("aria-selected", String(isIn));
      line.append(cell);
    });
    return line;
  }
}

const width = (column: Column): number => WIDTHS[column.kind] ?? 176;

const rowHeight = (): number => (window.matchMedia("(max-width: 720px)").matches ? 44 : 33);

function must(): HTMLSpanElement {
  const mark = document.createElement("span");
  mark.className = "must";
  mark.textContent = "必填";
  return mark;
}
