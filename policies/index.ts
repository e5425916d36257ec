import { getStack } from "@pulumi/pulumi";
import { PolicyPack } from "@pulumi/policy";

import { toPolicy } from "./crossguard";
import { environmentOf } from "./model/levels";
import { rules } from "./rules";

/** The pack as the CLI runs it. It serves on construction: nothing but the CLI may load this module. */
const environment = environmentOf(getStack());
const today = new Date().toISOString().slice(0, 10);

new PolicyPack(
  "holdfast",
  {
    description: "What production Kubernetes clusters on AWS have to hold to",
    policies: rules.map((rule) => toPolicy(rule, today)),
  },
  Object.fromEntries(rules.map((rule) => [rule.name, rule.levels[environment]])),
);
