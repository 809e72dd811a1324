/** Files chosen or dropped, listed before they are sent. Without script it is a plain file field. */

interface Chosen {
  name: string;
  size: string;
  index: number;
}

interface Dropzone {
  $root: HTMLElement;
  files: Chosen[];
  sent: number;
  init(): void;
  list(): void;
  remove(event: Event): void;
}

const UNITS = ["B", "KB", "MB", "GB"];

/** 2097152 → "2.0 MB". */
export function inWords(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

const field = (root: HTMLElement): HTMLInputElement => {
  const input = root.querySelector<HTMLInputElement>('input[type="file"]');
  if (input === null) throw new Error("a drop zone needs a file field");
  return input;
};

/** The field's files become these: browsers allow that only through a DataTransfer. */
function put(input: HTMLInputElement, files: Iterable<File>): void {
  const basket = new DataTransfer();
  for (const file of files) basket.items.add(file);
  input.files = basket.files;
}

export function dropzone(): object {
  return {
    files: [],
    sent: 0,

    init(this: Dropzone) {
      const zone = this.$root.querySelector<HTMLElement>(".drop") ?? this.$root;
      const input = field(this.$root);
      input.addEventListener("change", () => this.list());
      for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
        zone.addEventListener(name, (event) => {
          event.preventDefault();
          zone.classList.toggle("is-over", name === "dragenter" || name === "dragover");
        });
      }
      zone.addEventListener("drop", (event) => {
        const dropped = Array.from(event.dataTransfer?.files ?? []);
        if (dropped.length === 0) return;
        const kept = input.multiple ? Array.from(input.files ?? []) : [];
        put(input, input.multiple ? kept.concat(dropped) : dropped.slice(0, 1));
        this.list();
      });
      input.form?.addEventListener("htmx:xhr:progress", (event) => {
        const { loaded, total } = (event as CustomEvent<{ loaded: number; total: number }>).detail;
        this.sent = total > 0 ? Math.round((loaded / total) * 100) : 0;
      });
      this.list();
    },

    list(this: Dropzone) {
      this.files = Array.from(field(this.$root).files ?? []).map((file, index) => ({
        name: file.name,
        size: inWords(file.size),
        index,
      }));
    },

    remove(this: Dropzone, event: Event) {
      const gone = Number((event.currentTarget as HTMLElement).dataset["index"]);
      const input = field(this.$root);
      put(input, Array.from(input.files ?? []).filter((_, index) => index !== gone));
      this.list();
      input.focus();
    },
  };
}
