/**
 * The check from a command line, as the tests run it: node web/src/draw/node.ts BUNDLE.zip; whom a
 * cancelled draw would have drawn: node web/src/draw/node.ts BUNDLE.zip source=value …
 */

import { readFileSync } from "node:fs";
import { argv, exit, stdout } from "node:process";
import { check, would } from "./check.ts";

const [, , path = "", ...given] = argv;
const zip = readFileSync(path);
const values = Object.fromEntries(given.map((one) => one.split("=", 2) as [string, string]));
const done = given.length ? would(zip, values) : { ...check(zip), list: [] };
stdout.write(`${done.said.join("\n")}\n`);
for (const { key, stratum, place, isReserve } of done.list) {
  stdout.write(`${[isReserve ? "R" : "W", stratum, place, key].join("\x1f")}\n`);
}
exit(done.holds ? 0 : 1);
