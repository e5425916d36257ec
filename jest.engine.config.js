/** Runs the Pulumi engine: an installed CLI of the SDK's version, else one that the first run builds. */
module.exports = require("./tests/jest/realPrograms.cjs")("engine", {
  globalSetup: "<rootDir>/tests/engine/setup.ts",
  // The engine waits for its program and plugins, and they for it: one file would leave a core half idle.
  maxWorkers: 2,
  // For what hangs only.
  testTimeout: 3_600_000,
});
