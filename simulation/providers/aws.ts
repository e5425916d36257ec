/** The simulated AWS as a provider plugin: `pulumi-resource-aws`. */

import { version } from "@pulumi/aws/package.json";

import { servePlugin } from "./serve";

void servePlugin("aws", version);
