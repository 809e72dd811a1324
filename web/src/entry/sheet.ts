/** The rows of a grid: what was typed, what the platform adds, what is wrong; with undo and the clipboard. */

export interface Column {
  name: string;
  label: string;
  headers: string[];
  required: boolean;
  more: boolean;
  /** The server offers what fits. */
  asks: boolean;
  kind: string;
  unit: string;
  help: string;
  options: [string, string, string][];
}

export interface Trouble {
  field: string;
  tone: "late" | "due";
  text: string;
}

export interface Judged {
  shown: Record<string, string>;
  added: Record<string, string>;
  state: string;
  troubles: Trouble[];
}

export type Cells = Record<string, string>;

const SPARE = 12;
const FEWEST = 30;
const UNDOS = 60;

/** What the grid is told when it saves or hands in. */
export interface Answer {
  url?: string;
  version?: number;
  rows?: Record<string, Judged>;
  typed?: Cells[];
  outcome?: string;
  receipt?: string;
  landed?: number;
  left?: boolean;
}

export class Sheet {
  readonly rows: Cells[] = [];
  readonly judged = new Map<number, Judged>();
  readonly changed = new Set<number>();
  private readonly past: Map<number, Cells>[] = [];

  constructor(
    readonly columns: Column[],
    readonly most: number,
  ) {
    this.pad();
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  /** Rows up to the last that has something in it. */
  get used(): number {
    let last = this.rows.length;
    while (last > 0 && isEmpty(this.rows[last - 1])) last -= 1;
    return last;
  }

  /** Put rows back that had not been saved, as if they had been typed now. */
  putBack(rows: Record<string, Cells>): void {
    for (const [place, row] of Object.entries(rows)) {
      while (this.rows.length <= Number(place)) this.rows.push({});
      this.rows[Number(place)] = { ...row };
      this.changed.add(Number(place));
    }
    this.pad();
  }

  /** The rows that nobody has saved yet. */
  get unsaved(): Record<string, Cells> {
    return Object.fromEntries([...this.changed].map((row) => [row, { ...this.rows[row] }]));
  }

  load(rows: Cells[], judged: Record<string, Judged>): void {
    this.rows.splice(0, this.rows.length, ...rows.map((row) => ({ ...row })));
    this.judged.clear();
    for (const [place, row] of Object.entries(judged)) this.judged.set(Number(place), row);
    this.past.length = 0;
    this.pad();
  }

  typed(row: number, name: string): string {
    return this.rows[row]?.[name] ?? "";
  }

  /** What a cell shows: what was understood, else what was typed, else what the platform adds. */
  text(row: number, name: string): string {
    const typed = this.typed(row, name);
    if (typed === "") return this.judged.get(row)?.added[name] ?? "";
    return this.changed.has(row) ? typed : (this.judged.get(row)?.shown[name] ?? typed);
  }

  isAdded(row: number, name: string): boolean {
    return this.typed(row, name) === "" && this.text(row, name) !== "";
  }

  troubles(row: number, name: string): Trouble[] {
    if (isEmpty(this.rows[row])) return [];
    return (this.judged.get(row)?.troubles ?? []).filter((one) => one.field === name);
  }

  tone(row: number): "late" | "due" | "done" | "" {
    const judged = this.judged.get(row);
    if (judged === undefined || isEmpty(this.rows[row])) return "";
    if (judged.troubles.some((one) => one.tone === "late")) return "late";
    return judged.troubles.length > 0 ? "due" : "done";
  }

  /** How many rows there are, and how many of them are wrong, odd or right. */
  get counts(): { rows: number; late: number; due: number; done: number } {
    const found = { rows: 0, late: 0, due: 0, done: 0 };
    for (let row = 0; row < this.used; row += 1) {
      if (isEmpty(this.rows[row])) continue;
      found.rows += 1;
      const tone = this.tone(row);
      if (tone !== "") found[tone] += 1;
    }
    return found;
  }

  get inWords(): string {
    const { rows, late, due, done } = this.counts;
    if (rows === 0) return "可以开始：粘贴，或直接打字。";
    const parts = [`${rows.toLocaleString("zh-CN")} 行`];
    if (late > 0) parts.push(`${late} 行有误`);
    if (due > 0) parts.push(`${due} 行有提示`);
    if (done === rows) parts.push("都没有问题");
    if (this.changed.size > 0) parts.push("正在检核……");
    return parts.join("，");
  }

  /**
   * Write cells as one step that can be undone; an empty text empties the cell. Gives how many rows
   * did not fit.
   */
  write(cells: { row: number; name: string; text: string }[]): number {
    const beyond = new Set<number>();
    const before = new Map<number, Cells>();
    for (const { row, name, text } of cells) {
      if (row >= this.most) {
        beyond.add(row);
        continue;
      }
      while (this.rows.length <= row) this.rows.push({});
      const here = this.rows[row];
      if (here === undefined || (here[name] ?? "") === text) continue;
      if (!before.has(row)) before.set(row, { ...here });
      if (text === "") delete here[name];
      else here[name] = text;
      this.changed.add(row);
    }
    if (before.size > 0) this.past.push(before);
    if (this.past.length > UNDOS) this.past.shift();
    this.pad();
    return beyond.size;
  }

  /** Take the last step back. Gives the row where something changed, or -1. */
  undo(): number {
    const before = this.past.pop();
    if (before === undefined) return -1;
    for (const [row, cells] of before) {
      this.rows[row] = { ...cells };
      this.changed.add(row);
    }
    return Math.min(...before.keys());
  }

  private pad(): void {
    const wanted = Math.min(this.most, Math.max(FEWEST, this.used + SPARE));
    while (this.rows.length < wanted) this.rows.push({});
  }
}

export const isEmpty = (row: Cells | undefined): boolean =>
  row === undefined || Object.values(row).every((text) => text.trim() === "");

/** Tab-separated text as a spreadsheet puts it on the clipboard: quoted where a cell has breaks. */
export function parsed(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = "";
  let quoted = false;
  const end = (): void => {
    rows[rows.length - 1]?.push(cell.trim());
    cell = "";
  };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? "";
    if (quoted) {
      if (sign === '"' && text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else if (sign === '"') quoted = false;
      else cell += sign;
    } else if (sign === '"' && cell === "") quoted = true;
    else if (sign === "\t") end();
    else if (sign === "\n") {
      end();
      rows.push([]);
    } else if (sign !== "\r") cell += sign;
  }
  end();
  while (rows.length > 1 && rows[rows.length - 1]?.every((one) => one === "")) rows.pop();
  return rows;
}

export const asText = (rows: string[][]): string =>
  rows.map((row) => row.map((cell) => (/[\t\n"]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell)).join("\t")).join("\n");

const plain = (header: string): string => header.replace(/[\s*★_]|[(（](必填|选填)[)）]/g, "").toLowerCase();

/** Which column each header means; null when the row is no header row. */
export function headed(row: string[], columns: Column[]): (Column | null)[] | null {
  const meant = new Map(columns.flatMap((column) => column.headers.map((header) => [plain(header), column] as const)));
  const found = row.map((cell) => meant.get(plain(cell)) ?? null);
  const known = found.filter((one) => one !== null).length;
  return known >= 2 && known * 2 >= row.filter((cell) => cell !== "").length ? found : null;
}

export interface Pasted {
  cells: { row: number; name: string; text: string }[];
  /** Headers that mean no column here. */
  unknown: string[];
}

/** Where the cells of the clipboard go: by their headers, if they have some, else from a place on. */
export function pasted(text: string, all: Column[], shown: Column[], top: number, left: number): Pasted {
  const rows = parsed(text);
  const first = rows[0] ?? [];
  const columns = headed(first, all);
  const into = columns ?? shown.slice(left);
  const cells = (columns === null ? rows : rows.slice(1)).flatMap((cells, at) =>
    cells.flatMap((text, place) => {
      const column = into[place];
      return column == null ? [] : [{ row: top + at, name: column.name, text }];
    }),
  );
  const unknown = columns === null ? [] : first.filter((cell, at) => cell !== "" && columns[at] === null);
  return { cells, unknown };
}
