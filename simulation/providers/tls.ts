/** Plugin `pulumi-resource-tls` of the simulation. */

import { version } from "@pulumi/tls/package.json";

import { servePlugin } from "./serve";

void servePlugin("tls", version);
