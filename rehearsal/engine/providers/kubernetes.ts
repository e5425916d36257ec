/** Plugin `pulumi-resource-kubernetes` of a rehearsal: the simulated provider, whose objects exist in the booted cluster. */

import { version } from "@pulumi/kubernetes/package.json";

import { servePlugin } from "../../../simulation/providers/serve";
import { KubernetesBackend } from "./kubernetesBackend";
import { rehearsalOfPlugin } from "./plugin";

void servePlugin("kubernetes", version, new KubernetesBackend(rehearsalOfPlugin()));
