import { checkDuplicates, finding } from "../../settings/problems";
import type { Finding, SettingPath } from "../../settings/problems";
import { checkCondition } from "../cel/checks";
import { authorizationEnvironment } from "../cel/environments.plan";
import { exemptions } from "./authorization.plan";
import type { AuthorizationSpec } from "./settings";

const authorizationPath: SettingPath = ["access", "authorization"];

/** Names of the built-in authorizers. */
const builtIn = ["node", "rbac", "abac"];

export function* checkAuthorization({ webhooks, abac }: AuthorizationSpec): Iterable<Finding> {
  const names = new Set(builtIn);
  for (const [index, { name, position, matchConditions }] of webhooks.entries()) {
    const path = [...authorizationPath, "webhooks", index];
    if (names.has(name)) {
      yield finding([...path, "name"], "is the name of another authorizer; write a unique name");
    }
    names.add(name);
    yield* checkDuplicates([...path, "matchConditions"], matchConditions);
    for (const [condition, expression] of matchConditions.entries()) {
      if (position !== "first" || !exemptions.includes(expression)) continue;
      yield finding([...path, "matchConditions", condition], "is a condition that Holdfast adds itself; remove it");
    }
    for (const [condition, expression] of matchConditions.entries()) {
      yield* checkCondition([...path, "matchConditions", condition], expression, authorizationEnvironment);
    }
  }
  for (const [index, rule] of abac.entries()) yield* checkAbacRule([...authorizationPath, "abac", index], rule);
}

function* checkAbacRule(path: SettingPath, rule: AuthorizationSpec["abac"][number]): Iterable<Finding> {
  const { user, group, resource, namespace, apiGroup, nonResourcePath } = rule;
  if ((user === undefined) === (group === undefined)) yield finding(path, "needs exactly one of user and group");
  const matchesResources = [resource, namespace, apiGroup].some((part) => part !== undefined);
  if (matchesResources === (nonResourcePath !== undefined)) {
    yield finding(path, "needs exactly one of resource and nonResourcePath");
  } else if (matchesResources && resource === undefined) {
    yield finding(path, "has no resource and so allows nothing; write a resource, or *");
  }
  const everything = [resource, namespace, apiGroup].every((part) => part === "*");
  if (!rule.readonly && everything && (user === "*" || /^system:(un)?authenticated$/.test(group ?? ""))) {
    yield finding(path, "makes every user an administrator; write one user or group, or readonly: true");
  }
}
