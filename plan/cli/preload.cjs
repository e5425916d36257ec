/**
 * Loads what a plan needs before the TypeScript loader, which would inspect the thousand files of Pulumi's SDK, and disables
 * source maps: together a third of the time. `HOLDFAST_TRACE=1` enables stack traces at that price.
 */
require("./lazyModules.cjs");

if (process.env.HOLDFAST_TRACE === undefined) {
  require("@pulumi/pulumi");
  require("@pulumi/aws/ec2");
  require("tsx/cjs");
  process.setSourceMapsEnabled(false);
} else {
  require("tsx/cjs");
}

// Standard output holds the plan alone; the SDK logs to the console.
console.log = console.error;
