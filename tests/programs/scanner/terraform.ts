/**
 * Terraform configuration of a plan's AWS resources, for scanners that read no Pulumi programs. Pulumi's AWS provider is made from
 * Terraform's: types and arguments have the same names with other capitals.
 */
import type { Planned } from "../requests/calls";

/** Planned resource with the id that the plan gives it. */
export type ScannedResource = Planned & { readonly id?: string | undefined };

/** Types whose names do not follow from Pulumi's module and type. */
const otherTypes: Readonly<Record<string, string>> = {
  "aws:cloudwatch/eventRule:EventRule": "aws_cloudwatch_event_rule",
  "aws:cloudwatch/eventTarget:EventTarget": "aws_cloudwatch_event_target",
  "aws:cloudwatch/logGroup:LogGroup": "aws_cloudwatch_log_group",
  "aws:ebs/volume:Volume": "aws_ebs_volume",
  "aws:ec2/instance:Instance": "aws_instance",
  "aws:ec2/launchTemplate:LaunchTemplate": "aws_launch_template",
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
  "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
  "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "aws_s3_bucket_replication_configuration",
  "aws:s3/bucketObjectv2:BucketObjectv2": "aws_s3_object",
};

/** Modules that Terraform's types do not name. */
const unnamedModules: readonly string[] = ["ec2"];

const snake = (name: string): string => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();

function typeOf(pulumiType: string): string {
  const [, module = "", name = ""] = /^aws:(\w+)\/\w+:(\w+)$/.exec(pulumiType) ?? [];
  const other = otherTypes[pulumiType];
  if (other !== undefined) return other;
  return ["aws", ...(unnamedModules.includes(module) ? [] : [snake(module)]), snake(name)].join("_");
}

const identifier = (name: string): string => name.replace(/\W/g, "_");

/** Address of a resource in the configuration: `aws_s3_bucket.prod_backups`. */
export const addressOf = ({ type, name }: Pick<Planned, "type" | "name">): string =>
  `${typeOf(type)}.${identifier(name)}`;

/** Arguments that are maps, not blocks. */
const maps: ReadonlySet<string> = new Set(["tags", "variables"]);

/** References to resources by the ids and ARNs that the plan gives them. */
type References = ReadonlyMap<string, string>;

function referencesTo(resources: readonly ScannedResource[]): References {
  const references = new Map<string, string>();
  for (const resource of resources) {
    const named = { id: resource.id, arn: resource.outputs.arn };
    for (const [attribute, value] of Object.entries(named)) {
      // The settings of a bucket have its id, and come after it.
      if (typeof value === "string" && !references.has(value))
        references.set(value, `${addressOf(resource)}.${attribute}`);
    }
  }
  return references;
}

const text = (value: string): string => JSON.stringify(value).replaceAll("${", "$${").replaceAll("%{", "%%{");

function expression(value: unknown, references: References): string {
  if (typeof value === "string") return references.get(value) ?? text(value);
  if (Array.isArray(value)) return `[${value.map((one) => expression(one, references)).join(", ")}]`;
  if (isObject(value)) {
    return `{${Object.entries(value)
      .map(([key, one]) => `${text(key)} = ${expression(one, references)}`)
      .join(", ")}}`;
  }
  return JSON.stringify(value ?? null);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Lists of blocks have plural names in Pulumi. */
const singular = (name: string): string => name.replace(/ies$/, "y").replace(/s$/, "");

function* body(inputs: Readonly<Record<string, unknown>>, references: References): Iterable<string> {
  for (const [key, value] of Object.entries(inputs)) {
    const name = snake(key);
    if (isObject(value) && !maps.has(key)) yield* block(name, value, references);
    else if (Array.isArray(value) && value.length > 0 && value.every(isObject)) {
      for (const one of value) yield* block(singular(name), one, references);
    } else yield `${name} = ${expression(value, references)}`;
  }
}

function* block(head: string, inputs: Readonly<Record<string, unknown>>, references: References): Iterable<string> {
  yield `${head} {`;
  for (const line of body(inputs, references)) yield `  ${line}`;
  yield "}";
}

/** Text of a `.tf` file. @param resources of AWS */
export function terraformOf(resources: readonly ScannedResource[]): string {
  const references = referencesTo(resources);
  const blocks = resources.map((resource) => [
    ...block(`resource "${typeOf(resource.type)}" "${identifier(resource.name)}"`, resource.inputs, references),
  ]);
  return blocks.map((lines) => `${lines.join("\n")}\n`).join("\n");
}
