const { runtime, ...base } = require("./jest.config.js");
/** Needs a Pulumi CLI on PATH; skipped with a message where there is none. */
module.exports = {
  ...base,
  testEnvironment: "node",
  testMatch: ["<rootDir>/tests/engine/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
  globalSetup: "<rootDir>/tests/engine/announce.ts",
  maxWorkers: 1,
  testTimeout: 600_000,
};
