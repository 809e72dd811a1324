import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { ICONS } from "./src/icons.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** One file with every icon the templates name, so that a page loads no icon it does not show. */
function sprite(): Plugin {
  const symbol = ([name, tabler]: [string, string]): string => {
    const file = here(`node_modules/@tabler/icons/icons/${tabler}.svg`);
    const body = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(readFileSync(file, "utf8"));
    if (body?.[1] === undefined) throw new Error(`no picture in ${file}`);
    const drawing = body[1].replace(/\s+/g, " ").trim();
    const paint = tabler.startsWith("filled/")
      ? 'fill="currentColor"'
      : 'fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"';
    return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${drawing}</symbol>`;
  };
  return {
    name: "icon-sprite",
    generateBundle() {
      const symbols = Object.entries(ICONS).map(symbol).join("\n");
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "src/icons.svg",
        source: `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols}\n</svg>\n`,
      });
    },
  };
}

export default defineConfig({
  // Relative addresses inside the style sheet: the site may be mounted anywhere.
  base: "./",
  plugins: [sprite()],
  worker: { format: "es" },
  css: { preprocessorOptions: { scss: { quietDeps: true } } },
  build: {
    outDir: here("../src/mingcha/config/static/dist"),
    emptyOutDir: true,
    manifest: true,
    // The browsers of government desktops (360, UOS) are built on Chromium 86.
    target: "chrome86",
    cssTarget: "chrome86",
    // A data: address would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        main: here("src/main.ts"),
        early: here("src/early.ts"),
        entry: here("src/entry.ts"),
        draw: here("src/draw.ts"),
        onsite: here("src/onsite.ts"),
      },
      // htmx holds an eval that its setting allowEval=false never reaches.
      checks: { eval: false },
    },
  },
});
