const { runtime, ...base } = require("./jest.config.js");
/** Runs the Pulumi engine: an installed CLI of the SDK's version, else one that the first run builds. */
module.exports = {
  ...base,
  testEnvironment: "node",
  testMatch: ["<rootDir>/tests/engine/**/*.test.ts"],
  // A process that a failed test has left must not keep the run from ending.
  forceExit: true,
  testPathIgnorePatterns: ["/node_modules/"],
  globalSetup: "<rootDir>/tests/engine/setup.ts",
  // The engine waits for its program and plugins, and they for it: one file would leave a core half idle.
  maxWorkers: 2,
  // For what hangs only.
  testTimeout: 3_600_000,
};
