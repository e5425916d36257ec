/**
 * Where the CLI enters the pack. It would compile TypeScript with type checks at every run; tsx only strips the types, as
 * for the program itself.
 */
require("tsx/cjs");
require("./index.ts");
