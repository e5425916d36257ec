import type { ClusterSpec } from "../../clusterSpec";
import { checkDuplicates, finding } from "../../settings/problems";
import type { Finding, SettingPath } from "../../settings/problems";
import { checkCondition, checkExpression } from "../cel/checks";
import { admissionEnvironment, policyEnvironment } from "../cel/environments.plan";
import type { Type } from "../cel/types.plan";
import { checkMatch } from "./matchChecks";
import type { AdmissionPolicySpec } from "./settings";

const admissionPath: SettingPath = ["access", "admission"];

/** Limit of match conditions per policy. */
const maxMatchConditions = 64;

export function* checkAdmission({ access: { admission }, addons }: ClusterSpec): Iterable<Finding> {
  for (const [key, values] of Object.entries(admission.podSecurity.exemptions)) {
    yield* checkDuplicates([...admissionPath, "podSecurity", "exemptions", key], values);
  }
  for (const [name, policy] of Object.entries(admission.policies)) {
    yield* checkPolicy([...admissionPath, "policies", name], policy);
  }
  for (const [name, { url, service, match }] of Object.entries(admission.webhooks)) {
    yield* checkMatch([...admissionPath, "webhooks", name, "match"], match);
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
  const { match, matchConditions, variables, validations, actions } = policy;
  yield* checkMatch([...path, "match"], match);
  yield* checkDuplicates([...path, "actions"], actions);
  const conditions = Object.keys(matchConditions).length;
  if (conditions > maxMatchConditions) {
    const message = `has ${conditions} conditions, but the API server accepts ${maxMatchConditions}; combine some`;
    yield finding([...path, "matchConditions"], message);
  }
  if (validations.length === 0) yield finding([...path, "validations"], "is empty; write at least one validation");
  for (const [name, expression] of Object.entries(matchConditions)) {
    yield* checkCondition([...path, "matchConditions", name], expression, admissionEnvironment);
  }
  // A variable may use those before it.
  const types: Record<string, Type> = {};
  for (const [name, expression] of Object.entries(variables)) {
    types[name] = yield* checkExpression([...path, "variables", name], expression, policyEnvironment({ ...types }));
  }
  for (const [index, { expression, message }] of validations.entries()) {
    if (/[\r\n]/.test(message.trim())) {
      yield finding([...path, "validations", index, "message"], "contains a line break; write one line");
    }
    yield* checkCondition([...path, "validations", index, "expression"], expression, policyEnvironment(types));
  }
  if (actions.includes("Deny") && actions.includes("Warn")) {
    yield finding([...path, "actions"], "contains both Deny and Warn, which the API server rejects; remove one");
  }
}
