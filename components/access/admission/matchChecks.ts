import { checkDuplicates, finding } from "../../settings/problems";
import type { Finding, SettingPath } from "../../settings/problems";
import type { AdmissionPolicySpec } from "./settings";

type Rule = AdmissionPolicySpec["match"][number];

/** Rules of the API server for the requests that a policy or a webhook matches (pkg/apis/admissionregistration/validation). */
export function* checkMatch(path: SettingPath, rules: readonly Rule[]): Iterable<Finding> {
  for (const [index, rule] of rules.entries()) {
    const here = [...path, index];
    for (const key of ["apiGroups", "apiVersions", "resources"] as const) {
      if (rule[key].length === 0)
        yield finding([...here, key], "must not be empty; write at least one entry, or * for all");
    }
    for (const key of ["apiVersions", "resources"] as const) {
      for (const [entry, text] of rule[key].entries()) {
        if (text === "") yield finding([...here, key, entry], "must not be empty; write a name, or * for all");
      }
    }
    for (const key of ["apiGroups", "apiVersions", "operations"] as const) {
      if (rule[key].length < 2 || !(rule[key] as readonly string[]).includes("*")) continue;
      yield finding([...here, key], "contains *, which matches all; remove the other entries");
    }
    yield* checkResources([...here, "resources"], rule.resources);
  }
}

function* checkResources(path: SettingPath, resources: readonly string[]): Iterable<Finding> {
  if (resources.length > 1 && resources.includes("*/*")) {
    yield finding(path, "contains */*, which matches all; remove the other entries");
  }
  if (resources.includes("*") && resources.some((each) => each !== "*" && !each.includes("/"))) {
    yield finding(path, "contains *, which matches all resources; remove the others, except for subresources");
  }
  yield* checkDuplicates(path, resources);
  // The API server has no objection to the other order.
  for (const [index, text] of resources.entries()) {
    const [resource = "", subresource] = text.split(/\/(.*)/s);
    if (subresource === undefined || text === "*/*") continue;
    const covering = [`${resource}/*`, `*/${subresource}`].find(
      (each) => each !== text && resources.slice(0, index).includes(each),
    );
    if (covering !== undefined) yield finding([...path, index], `included in ${covering}; remove one`);
  }
}
