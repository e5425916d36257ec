/**
 * Starts the longest test files first. On a fresh clone jest knows no durations and starts small files last: the longest ones would
 * run alone at the end, with one core of two.
 */
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const Sequencer = require("@jest/test-sequencer").default;

const root = join(__dirname, "..", "..");

/** Files that take longer than half a minute, the longest first. */
const longest = [
  "tests/plan/changes/changesReference.test.ts",
  "tests/project/package.test.ts",
  "tests/project/examples.test.ts",
  "tests/operations/tunnel/cli.test.ts",
  "tests/project/workflows.test.ts",
  "tests/plan/cli.test.ts",
  "tests/operations/new.test.ts",
  "tests/engine/lifecycle.test.ts",
  "tests/engine/interruptions.test.ts",
  "tests/engine/policies.test.ts",
  "tests/engine/changes.test.ts",
  "tests/engine/automation.test.ts",
  "tests/programs/readers/properties.test.ts",
  "tests/programs/awsRequests.test.ts",
  "tests/programs/etcdScripts/restores.test.ts",
  "tests/programs/scanner/scanner.test.ts",
  "tests/programs/access/encryption.test.ts",
].map((path) => join(root, path));

for (const path of longest) {
  if (!existsSync(path)) throw new Error(`${path} does not exist: correct the list in tests/jest/sequencer.cjs`);
}

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => (longest.includes(path) ? longest.indexOf(path) : longest.length);
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
};
