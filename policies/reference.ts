import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import type { Rule } from "./model/rule";
import { areas, rules } from "./rules";

const cell = (text: string): string => text.replaceAll("|", "\\|");

function row({ name, levels, requirement, reason, fix, setting }: Rule): string {
  const fullFix = setting === undefined ? fix : `${fix} Setting: \`${setting}\`.`;
  const cells = [`\`${name}\``, levels.dev, levels.staging, levels.prod, requirement, reason, fullFix];
  return `| ${cells.map(cell).join(" | ")} |`;
}

interface Property {
  readonly description?: string;
  readonly default?: unknown;
}

function parametersOf(rule: Rule): readonly string[] {
  const { properties = {} } = z.toJSONSchema(rule.parameters, { io: "input" });
  return Object.entries(properties as Readonly<Record<string, Property>>).map(
    ([key, { description = "", default: byDefault }]) =>
      `| \`${rule.name}\` | \`${key}\` | \`${JSON.stringify(byDefault)}\` | ${cell(description)} |`,
  );
}

const introduction = `# Policies

Check a stack against the ${rules.length} rules of the policy pack:

    npx holdfast plan prod                          # offline, without an AWS account
    pulumi preview --policy-pack policies           # with the Pulumi engine; also for pulumi up

The pack also checks any other Pulumi program for AWS or Kubernetes. A violation of a **mandatory** rule stops the update
(\`holdfast plan\` exits with 1). A violation of an **advisory** rule prints a warning. **Disabled** rules are skipped.

The name of the stack selects the levels:

| Environment | Stack names, also followed by a dash (\`dev-ada\`) |
| --- | --- |
| dev | \`dev\`, \`development\`, \`test\`, \`sandbox\`, \`local\`, \`preview\` |
| staging | \`staging\`, \`stage\`, \`qa\`, \`integration\` |
| prod | every other name |

If an input is unknown until the update, the preview prints a warning, and the update checks the rule. An input of the
wrong type is a violation.

## Configuration

Set other levels, parameters and exemptions in a JSON file. Both commands accept the same file; \`holdfast plan\` reads
\`stacks/policies.<stack>.json\` by default.

    npx holdfast plan prod --policy-config stacks/policies.prod.json
    pulumi preview --policy-pack policies --policy-pack-config stacks/policies.prod.json

The file maps a rule name, or \`all\`, to a level or to an object with \`enforcementLevel\`, parameters and exemptions:

    {
      "all": "advisory",
      "no-secrets-in-user-data": "mandatory",
      "log-retention": { "enforcementLevel": "mandatory", "minDays": 90 },
      "no-host-paths": {
        "exemptions": [
          {
            "resource": "node-agent",
            "reason": "Reads the node's own logs; reviewed by the platform team.",
            "expires": "2027-06-30"
          }
        ]
      }
    }

An exemption needs the name of a resource in the program, a reason and an expiry date (its last day). An expired exemption
is a violation.

## Parameters

| Rule | Parameter | Default | Description |
| --- | --- | --- | --- |`;

/** Markdown text of docs/policies.md. */
export function policyReference(): string {
  const sections = areas.flatMap((area) => [
    "",
    `## ${area.title}`,
    "",
    "| Rule | dev | staging | prod | Requirement | Reason | Fix |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...area.rules.map(row),
  ]);
  return [introduction, ...rules.flatMap(parametersOf), ...sections, ""].join("\n");
}

if (require.main === module) writeFileSync(join(__dirname, "../docs/policies.md"), policyReference());
