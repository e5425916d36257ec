/** The evaluator and `@cloud-copilot/iam-simulate` decide alike: every statement of a plan, met and missed. */
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { planStack } from "../../../../plan/planStack";
import { reveal } from "../../../../plan/program/secret";
import type { Condition, Context } from "../../../../rehearsal/aws/iam/conditions";
import { type AccessRequest, decide, type Principal, type Statement } from "../../../../rehearsal/aws/iam/evaluator";
import { PolicyStore } from "../../../../rehearsal/aws/iam/policyStore";
import { type CloudResource, physicalName } from "../../../../rehearsal/aws/resources/resourceHandler";
import { maximalSettings } from "../../../maximalSettings";

const account = "123456789012";

/** Requests that the simulator refuses to evaluate, with its reason. */
const notSimulated: Readonly<Record<string, string>> = {
  "elasticloadbalancing:AddTags": "its data has the action of classic load balancers only",
  "cloudwatch:PutMetricData": "its data requires the ARN of an OTLP dataset",
};

let resources: CloudResource[];
let store: PolicyStore;

beforeAll(async () => {
  const plan = await planStack("prod", { overrides: maximalSettings });
  resources = plan.resources.map((resource) => ({
    ...resource,
    inputs: reveal(resource.inputs) as CloudResource["inputs"],
    outputs: reveal(resource.outputs) as CloudResource["outputs"],
  }));
  store = new PolicyStore(resources);
});

test("the evaluator has all operators and elements that the plan uses", () => {
  expect(store.unsupported).toEqual([]);
  expect(store.statements.length).toBeGreaterThan(100);
});

/** Value that matches a pattern. */
const concrete = (pattern: string): string => pattern.replaceAll("*", "x1").replaceAll("?", "x");

/** Values of condition keys that meet a condition. */
function meeting(condition: Condition = {}): Context {
  const context: Record<string, string | string[]> = {};
  for (const [operator, keys] of Object.entries(condition)) {
    for (const [key, wanted] of Object.entries(keys)) {
      const value = String([wanted].flat()[0]);
      if (operator === "Null") context[key] ??= value === "false" ? "present" : [];
      else if (operator.startsWith("ForAllValues")) context[key] = [concrete(value)];
      else if (operator === "NumericLessThan") context[key] = String(Number(value) - 0.1);
      else context[key] = concrete(value);
    }
  }
  return context;
}

/** Contexts that meet the condition, and that miss it in each key: another value, and no value. */
function variants(condition: Condition | undefined): Context[] {
  const met = meeting(condition);
  const misses = Object.keys(met).flatMap((key) => {
    const { [key]: value = "", ...without } = met;
    const list = typeof value === "string" ? undefined : value;
    const other =
      value === "true" ? "false" : value === "false" ? "true" : /^[\d.]+$/.test(String(value)) ? "7" : "other";
    return [without, { ...met, [key]: list === undefined ? other : [...list, other] }];
  });
  return [met, ...misses];
}

const session = (role: string): Principal => ({
  type: "role",
  roleArn: `arn:aws:iam::${account}:role/${role}`,
  sessionArn: `arn:aws:sts::${account}:assumed-role/${role}/i-0123456789abcdef0`,
});

const arnOfPrincipal = (principal: Principal): string => {
  if (principal.type === "role") return principal.sessionArn;
  if (principal.type === "service" || principal.type === "federated") return principal.name;
  throw new Error(`no simulation of ${principal.type}`);
};

const documentOf = (statements: readonly Statement[]) => ({
  Version: "2012-10-17",
  Statement: statements.map(({ effect, principals, actions, resources: Resource, condition }) => ({
    Effect: effect,
    ...(principals === undefined ? {} : { Principal: principals }),
    Action: actions,
    ...(Resource === undefined ? {} : { Resource }),
    ...(condition === undefined ? {} : { Condition: condition }),
  })),
});

/**
 * Decision of the simulator, or its error. It ignores keys that its data lacks: encryption contexts, and claims of the plan's
 * issuer. Those get a name that it knows, in the policies and in the request.
 */
async function simulate(
  request: AccessRequest,
  role: string | undefined,
  unknown: string[] = [],
): Promise<boolean | string> {
  const { principal, action, resource, context } = request;
  const policy = store.ofResource(resource).resource;
  const rename = <T>(value: T): T =>
    JSON.parse(
      unknown.reduce(
        (text, key) => text.replaceAll(`"${key}":`, `"aws:PrincipalTag/${key.replaceAll(":", "-")}":`),
        JSON.stringify(value),
      ),
    ) as T;
  const result = await runSimulation(
    {
      request: {
        principal: arnOfPrincipal(principal),
        action,
        resource: { resource, accountId: account },
        contextVariables: rename(context) as Record<string, string | string[]>,
      },
      identityPolicies: role === undefined ? [] : [{ name: role, policy: rename(documentOf(store.ofRole(role))) }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(policy !== undefined && { resourcePolicy: rename(documentOf(policy)) }),
    },
    {},
  );
  if (result.resultType === "error") return JSON.stringify(result.errors);
  const ignored = result.resultType === "single" ? (result.result.ignoredContextKeys ?? []) : [];
  if (ignored.length > 0) return simulate(request, role, ignored);
  return result.overallResult === "Allowed";
}

/** Both decisions about a request; undefined if they are equal. */
async function difference(request: AccessRequest, role?: string): Promise<string | undefined> {
  const own = decide(request, {
    identity: role === undefined ? [] : store.ofRole(role),
    ...store.ofResource(request.resource),
  });
  const simulated = await simulate(request, role);
  decisions[own.allowed ? "allowed" : "denied"] += 1;
  if (own.allowed === simulated) return undefined;
  const { action, resource, context } = request;
  return `${role ?? ""} ${action} ${resource} ${JSON.stringify(context)}: ${own.allowed}, simulated: ${simulated}`;
}

const decisions = { allowed: 0, denied: 0 };

const actionsOf = ({ actions }: Statement): string[] =>
  actions
    .filter((action) => !(action in notSimulated))
    .map((action) => (action === "sqs:*" ? "sqs:SendMessage" : action));

test("roles: each statement with each action and resource", async () => {
  const differences: (string | undefined)[] = [];
  const roles = resources.filter(({ type }) => type === "aws:iam/role:Role").map(physicalName);
  for (const role of roles) {
    for (const statement of store.ofRole(role)) {
      for (const action of actionsOf(statement)) {
        for (const pattern of statement.resources ?? []) {
          const resource = pattern === "*" ? "*" : concrete(pattern);
          for (const context of variants(statement.condition)) {
            // Key policies require the account of the caller.
            const full = action.startsWith("kms:") ? { ...context, "kms:CallerAccount": account } : context;
            differences.push(await difference({ principal: session(role), action, resource, context: full }, role));
          }
        }
      }
    }
  }
  expect(differences.filter((one) => one !== undefined && !one.includes("no.resource.types"))).toEqual([]);
  expect(decisions.allowed).toBeGreaterThan(200);
  expect(decisions.denied).toBeGreaterThan(200);
});

/** Principals that the statement of a resource names; accounts and `*` are tried with a role that has no policy. */
function principalsOf({ principals }: Statement): Principal[] {
  if (principals === undefined || principals === "*" || principals.AWS !== undefined) return [session("stranger")];
  return [
    ...(principals.Service ?? []).map((name) => ({ type: "service", name }) as const),
    ...(principals.Federated ?? []).map((name) => ({ type: "federated", name }) as const),
  ];
}

test("resources: each statement of keys, buckets, queues, topics and roles", async () => {
  const differences: (string | undefined)[] = [];
  const names = (type: string): CloudResource[] => resources.filter((resource) => resource.type === type);
  const arns = [
    ...names("aws:kms/key:Key").map(({ outputs }) => String(outputs.arn)),
    ...names("aws:sqs/queue:Queue").map(({ outputs }) => String(outputs.arn)),
    ...names("aws:sns/topic:Topic").map(({ outputs }) => String(outputs.arn)),
    ...names("aws:iam/role:Role").map(({ outputs }) => String(outputs.arn)),
    ...names("aws:s3/bucketPolicy:BucketPolicy").map(({ inputs }) => `arn:aws:s3:::${String(inputs.bucket)}`),
  ];
  const before = { ...decisions };
  for (const arn of arns) {
    for (const statement of store.ofResource(arn).resource ?? []) {
      const actions = statement.actions.map((action) =>
        action === "s3:*"
          ? "s3:GetObject"
          : action
              .replace("sqs:*", "sqs:SendMessage")
              .replace(/Key\*$/, "Key")
              .replace("ReEncrypt*", "ReEncryptTo"),
      );
      for (const action of actions) {
        const targets = arn.includes(":s3:") ? (statement.resources ?? []) : [arn];
        for (const target of targets.filter((one) => one !== arn || !arn.includes(":s3:"))) {
          for (const principal of principalsOf(statement)) {
            for (const context of variants(statement.condition)) {
              differences.push(await difference({ principal, action, resource: concrete(target), context }));
            }
          }
        }
      }
    }
  }
  expect(differences.filter((one) => one !== undefined)).toEqual([]);
  expect(decisions.allowed).toBeGreaterThan(before.allowed + 10);
  expect(decisions.denied).toBeGreaterThan(before.denied + 100);
});

test("the simulator and the evaluator differ on a wrong decision", async () => {
  const statement: Statement = { name: "x", effect: "Allow", actions: ["ec2:DescribeVpcs"], resources: ["*"] };
  const request = { principal: session("none"), action: "ec2:DescribeVpcs", resource: "*", context: {} };
  expect(decide(request, { identity: [statement] }).allowed).toBe(true);
  expect(await simulate(request, undefined)).toBe(false);
});
