/** Policies of the created resources, by role and by resource. Pure. */
import { type CloudResource, physicalName } from "../resources/resourceHandler";
import { type Condition, unsupportedParts } from "./conditions";
import type { Policies, Statement } from "./evaluator";

interface Json {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | Readonly<Record<string, string | readonly string[]>>;
  readonly Action?: string | readonly string[];
  readonly NotAction?: unknown;
  readonly NotPrincipal?: unknown;
  readonly NotResource?: unknown;
  readonly Resource?: string | readonly string[];
  readonly Condition?: Condition;
}

/** Key under which the policy of a resource is stored, by resource type. */
const resourcePolicies: Readonly<Record<string, (resource: CloudResource) => string>> = {
  "aws:kms/key:Key": ({ outputs }) => String(outputs.arn),
  "aws:s3/bucketPolicy:BucketPolicy": ({ inputs }) => `bucket:${String(inputs.bucket)}`,
  "aws:sns/topicPolicy:TopicPolicy": ({ inputs }) => String(inputs.arn),
  // The URL ends with the name of the queue.
  "aws:sqs/queuePolicy:QueuePolicy": ({ inputs }) => `queue:${nameInPath(String(inputs.queueUrl))}`,
};

/** Last part of a path: name of a role in its ARN, of a queue in its URL. */
export const nameInPath = (path: string): string => path.split("/").at(-1) ?? "";

export class PolicyStore {
  /** All statements. */
  readonly statements: readonly Statement[];
  /** Conditions and elements that the evaluator does not have: `<statement>: <part>`. */
  readonly unsupported: readonly string[];
  readonly #roles = new Map<string, Statement[]>();
  readonly #trust = new Map<string, Statement[]>();
  readonly #resources = new Map<string, Statement[]>();

  /** @param resources with real ids */
  constructor(resources: readonly CloudResource[]) {
    const unsupported: string[] = [];
    const read = (resource: CloudResource, property: string): Statement[] =>
      statementsOf(resource, property, (problem) => unsupported.push(problem));
    const managed = new Map<string, Statement[]>();
    const add = (map: Map<string, Statement[]>, key: string, statements: readonly Statement[]): void => {
      map.set(key, [...(map.get(key) ?? []), ...statements]);
    };
    for (const resource of resources) {
      const { type, inputs, outputs } = resource;
      const arnOf = resourcePolicies[type];
      if (arnOf !== undefined) add(this.#resources, arnOf(resource), read(resource, "policy"));
      else if (type === "aws:iam/role:Role") {
        add(this.#trust, physicalName(resource), read(resource, "assumeRolePolicy"));
      } else if (type === "aws:iam/rolePolicy:RolePolicy")
        add(this.#roles, String(inputs.role), read(resource, "policy"));
      else if (type === "aws:iam/policy:Policy") add(managed, String(outputs.arn), read(resource, "policy"));
    }
    for (const { type, inputs } of resources) {
      if (type !== "aws:iam/rolePolicyAttachment:RolePolicyAttachment") continue;
      add(this.#roles, String(inputs.role), managed.get(String(inputs.policyArn)) ?? []);
    }
    // A managed policy can be attached to several roles.
    const all = [managed, this.#roles, this.#trust, this.#resources].flatMap((map) => [...map.values()].flat());
    this.statements = [...new Set(all)];
    this.unsupported = unsupported;
  }

  /** Statements of a role's policies. */
  ofRole(role: string): readonly Statement[] {
    return this.#roles.get(role) ?? [];
  }

  hasRole(role: string): boolean {
    return this.#trust.has(role);
  }

  /** Policy of a resource that is authorized by it: a bucket or an object in it, a key, a queue, a topic, a role. */
  ofResource(arn: string): Pick<Policies, "resource" | "resourceMustAllow"> {
    const [, , service = "", , , ...rest] = arn.split(":");
    const resource = rest.join(":");
    switch (service) {
      case "s3":
        return { resource: this.#resources.get(`bucket:${resource.split("/")[0] ?? ""}`) };
      case "kms":
        return { resource: this.#resources.get(arn), resourceMustAllow: this.#resources.has(arn) };
      case "sqs":
        return { resource: this.#resources.get(`queue:${resource}`) };
      case "sts":
      case "iam":
        return { resource: this.#trust.get(nameInPath(resource)) ?? [], resourceMustAllow: true };
      default:
        return { resource: this.#resources.get(arn) };
    }
  }
}

function statementsOf(
  { name, inputs }: CloudResource,
  property: string,
  reportUnsupported: (problem: string) => void,
): Statement[] {
  const text = inputs[property];
  if (text === undefined) return [];
  const { Statement: found } = (typeof text === "string" ? JSON.parse(text) : text) as {
    Statement: Json | readonly Json[];
  };
  return ([found].flat() as readonly Json[]).map((json, index): Statement => {
    const statement = `${name} ${json.Sid ?? index}`;
    const negated = Object.keys(json).filter((key) => key.startsWith("Not"));
    for (const part of [...unsupportedParts(json.Condition), ...negated]) reportUnsupported(`${statement}: ${part}`);
    return {
      name: statement,
      sid: json.Sid,
      effect: json.Effect,
      principals: typeof json.Principal === "object" ? lists(json.Principal) : json.Principal,
      actions: [json.Action ?? []].flat(),
      resources: json.Resource === undefined ? undefined : [json.Resource].flat(),
      condition: json.Condition,
    };
  });
}

function lists(
  principal: Readonly<Record<string, string | readonly string[]>>,
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(principal).map(([type, names]) => [type, [names].flat()]));
}
