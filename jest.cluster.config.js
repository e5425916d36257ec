const { runtime, ...base } = require("./jest.config.js");
/** Boots real nodes: needs Linux and root; one file at a time. */
module.exports = {
  ...base,
  testEnvironment: "node",
  testMatch: ["<rootDir>/tests/cluster/**/*.test.ts"],
  // A process that a failed test has left must not keep the run from ending.
  forceExit: true,
  testPathIgnorePatterns: ["/node_modules/"],
  maxWorkers: 1,
  testTimeout: 1_800_000,
};
