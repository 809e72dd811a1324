/** Small manners of a page, by attribute: data-copy, data-print, data-confirm, data-send, data-hints, data-show, data-once. */

function copy(button: HTMLElement): void {
  const text = button.dataset["copy"] ?? "";
  const done = (): void => {
    button.classList.add("is-done");
    button.setAttribute("aria-label", "已复制");
    setTimeout(() => {
      button.classList.remove("is-done");
      button.setAttribute("aria-label", "复制");
    }, 2000);
  };
  if (navigator.clipboard !== undefined) {
    void navigator.clipboard.writeText(text).then(done);
    return;
  }
  // Plain http on an internal network has no clipboard object.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  button.focus();
  done();
}

/** A button with data-show="<id of a password>" shows what is typed there, and hides it again. */
function show(button: HTMLElement): void {
  const field = document.getElementById(button.dataset["show"] ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", String(shown));
  button.firstChild?.replaceWith(shown ? "隐藏" : "显示");
  field.focus();
}

const dialog = (id: string | undefined): HTMLDialogElement | null => {
  const found = id === undefined ? null : document.getElementById(id);
  return found instanceof HTMLDialogElement ? found : null;
};

function onClick(event: MouseEvent): void {
  const target = event.target as HTMLElement;
  for (const menu of Array.from(document.querySelectorAll<HTMLDetailsElement>(".menu[open]"))) {
    if (!menu.contains(target)) menu.open = false;
  }
  const act = target.closest<HTMLElement>("[data-copy], [data-print], [data-show]");
  if (act === null) return;
  if (act.dataset["copy"] !== undefined) copy(act);
  if (act.dataset["show"] !== undefined) show(act);
  if (act.dataset["print"] !== undefined) window.print();
}

/** A form with data-confirm is sent only after its dialog was answered with yes. */
function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  // The button that was pressed may ask for itself: one batch form has many buttons.
  const asks = dialog(event.submitter?.dataset["confirm"] ?? form.dataset["confirm"]);
  if (asks === null || form.dataset["confirmed"] === "yes") {
    delete form.dataset["confirmed"];
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  asks.returnValue = "";
  asks.addEventListener(
    "close",
    () => {
      if (asks.returnValue !== "yes") return;
      form.dataset["confirmed"] = "yes";
      form.requestSubmit(event.submitter as HTMLButtonElement | null);
    },
    { once: true },
  );
  asks.showModal();
}

/** A form with data-once is sent once; the server takes a second press for the first one anyway. */
function once(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (form.dataset["once"] === undefined || event.defaultPrevented) return;
  if (form.dataset["sent"] === "yes") event.preventDefault();
  form.dataset["sent"] = "yes";
}

/** Coming back to a page by the browser's arrow, its forms may be sent again. */
function again(): void {
  for (const form of Array.from(document.forms)) delete form.dataset["sent"];
}

/** A choice with data-hints="<id of a field>" puts its option's data-hint into that field's placeholder. */
function hint(choice: HTMLElement): void {
  const field = document.getElementById(choice.dataset["hints"] ?? "");
  if (!(choice instanceof HTMLSelectElement) || !(field instanceof HTMLInputElement)) return;
  field.placeholder = choice.selectedOptions[0]?.dataset["hint"] ?? "";
  field.title = field.placeholder;
}

/** On paper what is folded is open, but for the records of a timeline: there one opens what is wanted. */
const FOLDED = "main details:not([open]):not(.menu)";

function unfoldForPrint(): void {
  let folded: HTMLDetailsElement[] = [];
  window.addEventListener("beforeprint", () => {
    folded = Array.from(document.querySelectorAll<HTMLDetailsElement>(FOLDED)).filter(
      (details) => details.closest(".timeline") === null,
    );
    for (const details of folded) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });
}

/** What went wrong with a form is read first: by everybody, and by a screen reader. */
function startAtErrors(): void {
  document.querySelector<HTMLElement>('.notice[role="alert"][tabindex="-1"]')?.focus();
}

export function startPage(): void {
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit, { capture: true });
  document.addEventListener("submit", once);
  window.addEventListener("pageshow", again);
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    if (field.dataset["send"] !== undefined) field.form?.requestSubmit();
  });
  document.addEventListener("change", (event) => hint(event.target as HTMLElement));
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  document.addEventListener("htmx:afterSettle", startAtErrors);
  startAtErrors();
  unfoldForPrint();
}
