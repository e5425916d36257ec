/** Entry point for the Pulumi CLI, which would otherwise compile and type-check all sources on every run. */
require("tsx/cjs");
const { componentProviderHost } = require("@pulumi/pulumi/provider/experimental");

// The types of resources begin with this name, whatever the name of this folder's package is.
void componentProviderHost({ name: "holdfast", dirname: __dirname, components: [require("./index.ts").Cluster] });
