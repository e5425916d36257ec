/** Runs API servers, etcd, containerd and other programs, but boots no machine: needs Linux and root. */
module.exports = require("./tests/jest/realPrograms.cjs")("programs", { testTimeout: 1_800_000 });
