const transform = {
  "^.+\\.[jt]s$": [
    "@swc/jest",
    { jsc: { target: "es2023", parser: { syntax: "typescript" } }, module: { type: "commonjs" } },
  ],
};
/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: "<rootDir>/tests/jest/environment.cjs",
  runtime: "<rootDir>/tests/jest/runtime.cjs",
  testSequencer: "<rootDir>/tests/jest/sequencer.cjs",
  transform,
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  // Example programs import the package by its name.
  moduleNameMapper: { "^holdfast$": "<rootDir>/index.ts" },
  // Of two cores jest would leave one idle, and the run would take twice as long.
  maxWorkers: "100%",
  // For what hangs only: how long a test takes is no matter of right or wrong, on a busy machine least of all.
  testTimeout: 120_000,
  // The built npm package, of which a test leaves none behind.
  modulePathIgnorePatterns: ["<rootDir>/dist/"],
  testPathIgnorePatterns: [
    "/node_modules/",
    "<rootDir>/tests/cluster/",
    "<rootDir>/tests/engine/",
    "<rootDir>/tests/programs/",
  ],
};
