/** Keys and certificates as a provider plugin: `pulumi-resource-tls`. */

import { version } from "@pulumi/tls/package.json";

import { servePlugin } from "./serve";

void servePlugin("tls", version);
