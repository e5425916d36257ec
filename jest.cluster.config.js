/** Boots real nodes: needs Linux and root; one file at a time. */
module.exports = require("./tests/jest/realPrograms.cjs")("cluster", { maxWorkers: 1, testTimeout: 1_800_000 });
