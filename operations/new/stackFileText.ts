/** Text of a new stack file. Pure. */
import { stringify } from "yaml";

import { type NewStack, planNewStack } from "./newStack.plan";

/** @param schema path of the JSON Schema from the stack file; undefined: none */
export function renderStackFile(choices: NewStack, schema: string | undefined): string {
  const config = { "aws:region": choices.region, "holdfast:cluster": planNewStack(choices) };
  const text = stringify({ config }, { lineWidth: 0, flowCollectionPadding: false, aliasDuplicateObjects: false });
  const comments = [
    ...(schema === undefined ? [] : [`# yaml-language-server: $schema=${schema}`]),
    `# Stack ${choices.stack}, profile ${choices.profile}. Explain a setting: npx holdfast settings explain <path>.`,
  ];
  return `${comments.join("\n")}\n${text}`;
}
