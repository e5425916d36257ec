/** Plugin `pulumi-resource-aws` of a rehearsal: the simulated AWS, whose changes happen in the rehearsed one. */

import { version } from "@pulumi/aws/package.json";

import { servePlugin } from "../../../simulation/providers/serve";
import { AwsBackend } from "./awsBackend";
import { rehearsalOfPlugin } from "./plugin";

void servePlugin("aws", version, new AwsBackend(rehearsalOfPlugin()));
