import "./entry.css";
import { startForm } from "./entry/form";
import { startGrid } from "./entry/grid";

startForm();
startGrid();
