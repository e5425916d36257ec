/** Objects in a cluster that is not there as a provider plugin: `pulumi-resource-kubernetes`. */

import { version } from "@pulumi/kubernetes/package.json";

import { servePlugin } from "./serve";

void servePlugin("kubernetes", version);
