import { join } from "node:path";

/** Folder of the stack files: this one in a clone, and `stacks/` of the current directory for the compiled npm package. */
export const stacksFolder = __filename.endsWith(".ts") ? __dirname : join(process.cwd(), "stacks");
