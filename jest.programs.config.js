const { runtime, ...base } = require("./jest.config.js");
/** Runs API servers, etcd, containerd and other programs, but boots no machine: needs Linux and root. */
module.exports = {
  ...base,
  testEnvironment: "node",
  testMatch: ["<rootDir>/tests/programs/**/*.test.ts"],
  // A process that a failed test has left must not keep the run from ending.
  forceExit: true,
  testPathIgnorePatterns: ["/node_modules/"],
  testTimeout: 1_800_000,
};
