import "./tokens.css";
import "./tabler.scss";
import "./elements.css";
import "./desk.css";
import "./public.css";
import "./parts.css";
import "./form.css";
import "./list.css";
import "./record.css";
import "./case.css";
import "./pages.css";
import "./links.css";
import "./catalog.css";
import "./phone.css";
import "./print.css";
import Alpine from "@alpinejs/csp";
import htmx from "htmx.org";
import { dropzone } from "./dropzone";
import { startKeyboard } from "./keyboard";
import { startLookups } from "./lookup";
import { startPage } from "./page";
import { table } from "./table";
import { startTalk } from "./talk";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
Alpine.data("dropzone", dropzone);
Alpine.data("table", table);
Alpine.start();
startPage();
startKeyboard();
startTalk();
startLookups();
