/**
 * A filter field that offers codes while somebody types: by code, by a part of the name, by initials.
 * Stands around a text field: <div class="lookup" data-lookup="/lookup/regions"><input …></div>.
 */

import { asking, Combo } from "./combo";

function wire(root: HTMLElement): void {
  const input = root.querySelector<HTMLInputElement>("input");
  const address = root.dataset["lookup"];
  if (input === null || address === undefined) return;
  const combo = new Combo(input, asking(address), {
    eager: false,
    opens: false,
    take: (offer) => {
      input.value = offer.written;
    },
  });
  input.addEventListener("keydown", (event) => {
    // Enter sends the form, unless it takes a marked offer.
    if (event.key === "Enter" && combo.takeMarked()) event.preventDefault();
  });
}

export function startLookups(): void {
  for (const root of Array.from(document.querySelectorAll<HTMLElement>("[data-lookup]"))) wire(root);
}
