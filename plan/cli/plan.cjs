/**
 * Starts plan.ts. Pulumi's SDK is loaded before the TypeScript loader, which would look at each of its thousand files, and
 * source maps are left alone: together a third of the time. HOLDFAST_TRACE=1 gives stack traces, at that price.
 */
// Node 22 and later keep what they compiled for the next start.
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
