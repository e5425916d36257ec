import { finding } from "../settings/problems";
import type { Finding, SettingPath } from "../settings/problems";
import { CelError, parseCel } from "./cel.plan";
import type { CelUse } from "./cel.plan";

/** Types are values (`type(x) == string`), and library functions follow a name (`optional.none()`). */
const libraryNames = new Set(
  "bool bytes cidr double duration format int ip list map math null_type optional quantity semver sets string timestamp type uint url".split(
    " ",
  ),
);

/** Variables and fields that an expression uses; none if it does not parse, which its text rule reports. */
export function celUse(expression: string): CelUse {
  try {
    return parseCel(expression);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return { variables: new Set(), paths: new Set() };
  }
}

export function* checkVariables(path: SettingPath, expression: string, known: readonly string[]): Iterable<Finding> {
  for (const name of celUse(expression).variables) {
    if (known.includes(name) || libraryNames.has(name)) continue;
    yield finding(path, `unknown variable ${name}; available here: ${known.join(", ")}`);
  }
}
