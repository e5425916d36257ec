import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import type { Rule } from "./model/rule";
import { areas, rules } from "./rules";

/** docs/policies.md, made from the rules: `npm run docs:policies`. */

const cell = (text: string): string => text.replaceAll("|", "\\|");

function row(rule: Rule): string {
  const { name, levels, what, why, fix, setting } = rule;
  const instead = setting === undefined ? fix : `${fix} Setting: \`${setting}\`.`;
  return `| \`${name}\` | ${levels.dev} | ${levels.staging} | ${levels.prod} | ${[what, why, instead].map(cell).join(" | ")} |`;
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

${rules.length} rules judge this project's stacks, and any other program on AWS or Kubernetes. This page is made from them
(\`npm run docs:policies\`).

    pulumi preview --policy-pack policies           # with Pulumi's engine; \`pulumi up\` takes the same
    npm run plan -- prod                            # in the plan, without an account; a broken mandatory rule ends with 1

A **mandatory** rule that is broken stops an update, an **advisory** one is told of, a **disabled** one is not looked at.
Levels go by the stack's name: \`dev\`, \`development\`, \`test\`, \`sandbox\`, \`local\` and \`preview\` are development,
\`staging\`, \`stage\`, \`qa\` and \`integration\` are staging, also with something behind a dash (\`dev-ada\`). Every other
name is held to production.

An input that only an update makes known cannot be judged before: the rule says so, as advice, and is judged again with the
update. An input of a wrong type breaks the rule.

## Configuration

Other levels, parameters and exemptions are in a file, the same for both commands:

    pulumi preview --policy-pack policies --policy-pack-config stacks/policies.prod.json
    npm run plan -- prod --policy-config stacks/policies.prod.json

\`npm run plan\` takes \`stacks/policies.<stack>.json\` by itself where it is there. By rule, or for \`all\`, the file has a level,
or a mapping with the level as \`enforcementLevel\`, parameters and exemptions:

    {
      "all": "advisory",
      "no-secrets-in-user-data": "mandatory",
      "logs-retained": { "enforcementLevel": "mandatory", "leastDays": 90 },
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

An exemption names a resource of the program, says why, and ends on a day. From the next day on it is a violation itself.
`;

/** The policy reference as Markdown. */
export function policyReference(): string {
  const sections = areas.flatMap(({ title, rules: own }) => [
    "",
    `## ${title}`,
    "",
    "| Rule | dev | staging | prod | What | Why | Instead |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...own.map(row),
  ]);
  return [
    introduction,
    "| Rule | Parameter | Default | |",
    "| --- | --- | --- | --- |",
    ...rules.flatMap(parametersOf),
    ...sections,
    "",
  ].join("\n");
}

if (require.main === module) writeFileSync(join(__dirname, "../docs/policies.md"), policyReference());
