/**
 * Runs before the page is drawn: what only works with script takes its place at once.
 * Loaded as a plain script in the head, beside the style sheet, so it must import nothing.
 */
document.documentElement.classList.remove("no-js");
