import { getStack } from "@pulumi/pulumi";
import { PolicyPack } from "@pulumi/policy";

import { toPolicy } from "./crossguard";
import { environmentOf } from "./model/levels";
import { rules } from "./rules";

/** Policy pack for the Pulumi CLI. Constructing it starts a server: only the CLI may load this module. */
const environment = environmentOf(getStack());
const today = new Date().toISOString().slice(0, 10);

new PolicyPack(
  "holdfast",
  {
    description: "Policies for production Kubernetes clusters on AWS",
    policies: rules.map((rule) => toPolicy(rule, today)),
  },
  Object.fromEntries(rules.map((rule) => [rule.name, rule.levels[environment]])),
);
