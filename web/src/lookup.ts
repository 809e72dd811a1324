/**
 * A field that offers codes while somebody types: by code, by a part of the name, by pinyin initials.
 * Stands around a text field: <div class="lookup" data-lookup="/lookup/regions"><input …></div>.
 * Without script the field takes a code or a name as it is typed (ARIA 1.2, combobox with a list).
 */

interface Offer {
  code: string;
  label: string;
}

const PAUSE = 150;

function wire(root: HTMLElement): void {
  const input = root.querySelector<HTMLInputElement>("input");
  const address = root.dataset["lookup"];
  if (input === null || address === undefined) return;
  const list = document.createElement("ul");
  list.id = `${input.id}-offers`;
  list.className = "lookup-offers";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels?.[0]?.textContent ?? "候选");
  root.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  let timer = 0;
  let asked = "";
  let active = -1;

  const options = (): HTMLElement[] => Array.from(list.children) as HTMLElement[];

  const close = (): void => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const point = (to: number): void => {
    const all = options();
    if (all.length === 0) return;
    active = (to + all.length) % all.length;
    all.forEach((one, at) => one.setAttribute("aria-selected", String(at === active)));
    const here = all[active];
    if (here === undefined) return;
    input.setAttribute("aria-activedescendant", here.id);
    here.scrollIntoView({ block: "nearest" });
  };

  const take = (option: HTMLElement): void => {
    input.value = option.dataset["value"] ?? "";
    close();
  };

  const show = (offers: Offer[]): void => {
    list.replaceChildren(
      ...offers.map(({ code, label }, at) => {
        const option = document.createElement("li");
        option.id = `${list.id}-${at}`;
        option.dataset["value"] = `${code} ${label}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        const shown = document.createElement("code");
        shown.textContent = code;
        option.append(shown, ` ${label}`);
        option.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          take(option);
        });
        return option;
      }),
    );
    active = -1;
    list.hidden = offers.length === 0;
    input.setAttribute("aria-expanded", String(offers.length > 0));
  };

  const ask = async (): Promise<void> => {
    const text = input.value.trim();
    asked = text;
    if (text === "") {
      close();
      return;
    }
    const answer = await fetch(`${address}?q=${encodeURIComponent(text)}`, {
      headers: { Accept: "application/json" },
    });
    if (!answer.ok || asked !== text || document.activeElement !== input) return;
    const { results } = (await answer.json()) as { results: Offer[] };
    show(results);
  };

  input.addEventListener("input", () => {
    window.clearTimeout(timer);
    // A lost connection offers nothing; what is typed is understood by the server as well.
    timer = window.setTimeout(() => void ask().catch(close), PAUSE);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
    if (list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      point(active + (event.key === "ArrowDown" ? 1 : -1));
    }
    const chosen = options()[active];
    if (event.key === "Enter" && chosen !== undefined) {
      event.preventDefault();
      take(chosen);
    }
  });
}

export function startLookups(): void {
  for (const root of Array.from(document.querySelectorAll<HTMLElement>("[data-lookup]"))) wire(root);
}
