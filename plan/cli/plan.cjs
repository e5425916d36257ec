/**
 * Starts main.ts. Loads Pulumi's SDK before the TypeScript loader, which would inspect its thousand files, and disables
 * source maps: together a third of the time. `HOLDFAST_TRACE=1` enables stack traces at that price.
 */
// Node.js 22 and later cache compiled code for the next start.
require("node:module").enableCompileCache?.();
require("./lazyModules.cjs");

if (process.env.HOLDFAST_TRACE === undefined) {
  require("@pulumi/pulumi");
  require("@pulumi/aws/ec2");
  require("tsx/cjs");
  process.setSourceMapsEnabled(false);
} else {
  require("tsx/cjs");
}
require("./main.ts");
