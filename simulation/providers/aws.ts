/** Plugin `pulumi-resource-aws` of the simulation. */

import { version } from "@pulumi/aws/package.json";

import { servePlugin } from "./serve";

void servePlugin("aws", version);
