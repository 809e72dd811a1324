/**
 * A list as chips: each part is confirmed by Enter and taken out by Backspace or its cross. The field
 * that is sent keeps its name and holds the parts joined by 、; without script it is a plain field.
 */

export class Chips {
  /** Where one types; the sent field itself is hidden. */
  readonly input: HTMLInputElement;
  private readonly box: HTMLElement;

  constructor(
    readonly field: HTMLInputElement,
    private readonly labels: Record<string, string>,
    private readonly changed: () => void,
  ) {
    this.box = document.createElement("div");
    this.box.className = "chip-box form-control";
    this.input = document.createElement("input");
    this.input.autocomplete = "off";
    this.input.spellcheck = false;
    this.input.placeholder = field.placeholder;
    this.input.id = field.id;
    field.id = `${field.id}-sent`;
    field.hidden = true;
    for (const name of ["aria-describedby", "aria-invalid"]) {
      const said = field.getAttribute(name);
      if (said !== null) this.input.setAttribute(name, said);
    }
    field.before(this.box);
    this.box.append(this.input);
    this.box.addEventListener("pointerdown", (event) => {
      if (event.target === this.box) {
        event.preventDefault();
        this.input.focus();
      }
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Backspace" || this.input.value !== "") return;
      const last = this.parts.pop();
      if (last !== undefined) this.remove(last);
    });
    this.draw();
  }

  get parts(): string[] {
    return this.field.value.split(/[、,，;；\n]+/).map((part) => part.trim()).filter(Boolean);
  }

  /** Add a part, once; `label` is what people read. */
  add(part: string, label = ""): void {
    const clean = part.trim();
    this.input.value = "";
    if (clean === "") return;
    if (label !== "") this.labels[clean] = label;
    if (!this.parts.includes(clean)) this.set([...this.parts, clean]);
    else this.draw();
  }

  /** A part turns out to mean another. */
  replace(part: string, by: string, label: string): void {
    const { parts } = this;
    if (part === by || !parts.includes(part)) return;
    if (label !== "") this.labels[by] = label;
    this.set([...new Set(parts.map((one) => (one === part ? by : one)))]);
  }

  /** What is typed and not confirmed yet counts as a part when one leaves. */
  settle(): void {
    for (const part of this.input.value.split(/[、,，;；\s]+/)) this.add(part);
  }

  /** The server knows better: show its text. */
  show(text: string): void {
    this.field.value = text;
    this.draw();
  }

  private remove(part: string): void {
    this.set(this.parts.filter((one) => one !== part));
    this.input.focus();
  }

  private set(parts: string[]): void {
    this.field.value = parts.join("、");
    this.draw();
    this.changed();
  }

  private draw(): void {
    for (const old of Array.from(this.box.querySelectorAll(".chip"))) old.remove();
    const chips = this.parts.map((part) => {
      const chip = document.createElement("span");
      chip.className = "chip";
      const label = this.labels[part];
      chip.append(label === undefined || label === part ? part : `${label} ${part}`);
      const cross = document.createElement("button");
      cross.type = "button";
      cross.tabIndex = -1;
      cross.textContent = "×";
      cross.setAttribute("aria-label", `去掉 ${label ?? part}`);
      cross.addEventListener("click", () => this.remove(part));
      chip.append(cross);
      return chip;
    });
    this.input.before(...chips);
    this.input.placeholder = chips.length === 0 ? this.field.placeholder : "";
  }
}
