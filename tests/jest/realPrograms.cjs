const { runtime, ...base } = require("../../jest.config.js");

/** Configuration of a folder of tests that start programs: in jest's own realm, with other limits. */
module.exports = (folder, options) => ({
  ...base,
  testEnvironment: "node",
  testMatch: [`<rootDir>/tests/${folder}/**/*.test.ts`],
  // A process that a failed test has left must not keep the run from ending.
  forceExit: true,
  testPathIgnorePatterns: ["/node_modules/"],
  ...options,
});
