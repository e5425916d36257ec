#!/usr/bin/env node
/** Entry point of `holdfast`: starts main.ts; in the npm package, the compiled main.js. */
const { existsSync } = require("node:fs");
const { join } = require("node:path");

// Node.js 22 and later cache compiled code for the next start.
require("node:module").enableCompileCache?.();
const plans = process.argv[2] === "plan";
if (existsSync(join(__dirname, "main.ts"))) {
  if (plans) require("../plan/cli/preload.cjs");
  else require("tsx/cjs");
  require("./main.ts").main();
} else if (existsSync(join(__dirname, "main.js"))) {
  if (plans) require("../plan/cli/preload.cjs");
  require("./main.js").main();
} else {
  require("../dist/cli/holdfast.cjs");
}
