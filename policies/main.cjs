/** Entry point for the Pulumi CLI, which would otherwise compile and type-check the pack on every run. */
require("tsx/cjs");
require("./index.ts");
