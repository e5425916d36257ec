import type { ClusterSpec } from "../../clusterSpec";
import { finding } from "../../settings/problems";
import type { Finding, SettingPath } from "../../settings/problems";
import { checkVariables } from "../celChecks";
import type { AdmissionPolicySpec } from "./settings";

const admissionPath: SettingPath = ["access", "admission"];

export function* checkAdmission({ access: { admission }, addons }: ClusterSpec): Iterable<Finding> {
  for (const [name, policy] of Object.entries(admission.policies)) {
    yield* checkPolicy([...admissionPath, "policies", name], policy);
  }
  for (const [name, { url, service }] of Object.entries(admission.webhooks)) {
    if ((url === undefined) !== (service === undefined)) continue;
    yield finding([...admissionPath, "webhooks", name], "needs exactly one of url and service");
  }
  if (addons.enabled) return;
  for (const key of ["policies", "webhooks"] as const) {
    if (Object.keys(admission[key]).length === 0) continue;
    const message =
      "are objects in the cluster, which the stack does not create with addons.enabled: false; remove them";
    yield finding([...admissionPath, key], message, [["addons", "enabled"]]);
  }
}

function* checkPolicy(path: SettingPath, policy: AdmissionPolicySpec): Iterable<Finding> {
  const { matchConditions, variables, validations, actions } = policy;
  if (validations.length === 0) yield finding([...path, "validations"], "is empty; write at least one validation");
  const known = ["object", "oldObject", "request", "namespaceObject", "authorizer", "params"];
  for (const [name, expression] of Object.entries(matchConditions)) {
    yield* checkVariables([...path, "matchConditions", name], expression, known);
  }
  known.push("variables");
  for (const [name, expression] of Object.entries(variables)) {
    yield* checkVariables([...path, "variables", name], expression, known);
  }
  for (const [index, { expression }] of validations.entries()) {
    yield* checkVariables([...path, "validations", index, "expression"], expression, known);
  }
  if (actions.includes("Deny") && actions.includes("Warn")) {
    yield finding([...path, "actions"], "contains both Deny and Warn, which the API server rejects; remove one");
  }
}
