/** What the checks only point out is looked at once more before it lands. */

/** Ask whether `warned` rows are right as they are. Gives the note that says why; null for "not yet". */
export function accepted(warned: number): Promise<string | null> {
  const dialog = document.querySelector<HTMLDialogElement>("#grid-accept");
  const words = dialog?.querySelector("[data-grid-warned]");
  if (dialog == null || words == null) return Promise.resolve(null);
  words.textContent = `有 ${warned} 行带提示或要等所引用的内容。都核对过吗？`;
  dialog.returnValue = "";
  return new Promise((done) => {
    const closed = (): void =>
      done(dialog.returnValue === "yes" ? (dialog.querySelector("textarea")?.value ?? "") : null);
    dialog.addEventListener("close", closed, { once: true });
    dialog.showModal();
  });
}

/** A link to sign in again and go on where one is. */
export function signInAgain(signin: string | undefined): HTMLAnchorElement {
  const link = document.createElement("a");
  const here = location.pathname + location.search;
  link.href = `${signin ?? "/signin"}?next=${encodeURIComponent(here)}`;
  link.textContent = "重新登录后接着填";
  link.className = "btn btn-primary";
  return link;
}
