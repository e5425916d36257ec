const { runtime, ...base } = require("./jest.config.js");
/** Boots real nodes: needs Linux and root; one file at a time. */
module.exports = {
  ...base,
  testEnvironment: "node",
  testMatch: ["<rootDir>/tests/cluster/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
  maxWorkers: 1,
  testTimeout: 1_800_000,
};
