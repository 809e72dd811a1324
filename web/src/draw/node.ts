/** The check from a command line, as the tests run it: node web/src/draw/node.ts BUNDLE.zip */

import { readFileSync } from "node:fs";
import { argv, exit, stdout } from "node:process";
import { check } from "./check.ts";

const { holds, said } = check(readFileSync(argv[2] ?? ""));
stdout.write(`${said.join("\n")}\n`);
exit(holds ? 0 : 1);
