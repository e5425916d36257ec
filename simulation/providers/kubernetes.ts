/** Plugin `pulumi-resource-kubernetes` of the simulation. */

import { version } from "@pulumi/kubernetes/package.json";

import { servePlugin } from "./serve";

void servePlugin("kubernetes", version);
