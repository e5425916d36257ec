/**
 * Runs a part of a Pulumi program with the SDK's mocks and returns the registered resources: types, names, exact inputs and
 * options. Secrets arrive as {@link Secret}, so that assertions distinguish them from plain values.
 */

import * as pulumi from "@pulumi/pulumi";
import type { Inputs, Output, Resource } from "@pulumi/pulumi";

import { withoutStackTraces } from "../plan/program/stackTraces";

/** Secret value. */
export class Secret {
  constructor(readonly value: unknown) {}
}

export interface RecordedOptions {
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly ignoreChanges: readonly string[];
  readonly replaceOnChanges: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** Name of the resource whose deletion includes this one's. */
  readonly deletedWith: string | undefined;
  /** Names of the resources in `dependsOn`. */
  readonly dependsOn: readonly string[];
}

export interface RecordedResource {
  readonly type: string;
  readonly name: string;
  /** Name of the parent; the stack's own name at the top. */
  readonly parent: string | undefined;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** `<urn>::<id>` of an explicit provider. */
  readonly provider: string | undefined;
  readonly options: RecordedOptions;
}

export interface Deployment<T> {
  readonly resources: readonly RecordedResource[];
  /** Result of the program, with resolved outputs. */
  readonly outputs: T;
  /** The resource with this name, and type (`Subnet`) if several have the name. @throws Error that lists all resources. */
  readonly get: (name: string, type?: string) => RecordedResource;
  /** All resources of a type (`aws:ec2/subnet:Subnet`), by name. */
  readonly ofType: (type: string) => Readonly<Record<string, RecordedResource>>;
}

/** AWS account and region of all mocks. */
export const account = "123456789012";
export const region = "eu-central-1";

/** Valid PEM with a readable first line, which PEM allows. */
export const publicKeyOf = (name: string): string => `public key of ${name}
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQblfvh5AFsq/FZBBejjd3y7qgb0U
4YD4A4xD2wMdQOTnLVyVbWS1ANivgvgn1dLfSHM01ruJYsEWqxWx9K5JsQ==
-----END PUBLIC KEY-----
`;

/** AMI id that every SSM parameter holds. */
export const newestImage = "ami-0123456789abcdef0";

const secretKey = "4dabf18193072939515e22adb298388d";

/** Replaces the SDK's wire form of secrets by {@link Secret}. */
function markSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(markSecrets);
  if (typeof value !== "object" || value === null) return value;
  const record = value as Record<string, unknown>;
  if (secretKey in record && "value" in record) return new Secret(markSecrets(record["value"]));
  return Object.fromEntries(Object.entries(record).map(([key, inner]) => [key, markSecrets(inner)]));
}

/** Outputs that a provider computes, as readable text with the resource's name. */
function computed(type: string, name: string): Record<string, unknown> {
  const service = type.startsWith("aws:") ? (type.split(":")[1]?.split("/")[0] ?? "") : "";
  const common = { arn: `arn:aws:${service}:${region}:${account}:${name}` };
  switch (type) {
    case "tls:index/privateKey:PrivateKey":
      return { privateKeyPem: `private key of ${name}`, publicKeyPem: publicKeyOf(name) };
    case "tls:index/selfSignedCert:SelfSignedCert":
    case "tls:index/locallySignedCert:LocallySignedCert":
      return { certPem: `certificate of ${name}`, validityEndTime: "2036-11-20T00:00:00Z" };
    case "tls:index/certRequest:CertRequest":
      return { certRequestPem: `request of ${name}` };
    case "aws:lb/loadBalancer:LoadBalancer":
      return { ...common, dnsName: `${name}.elb.example`, zoneId: `${name}-zone` };
    case "aws:ec2/vpcEndpoint:VpcEndpoint":
      return { ...common, prefixListId: `${name}-prefix-list` };
    case "aws:route53/zone:Zone":
      return { ...common, zoneId: `${name}-id` };
    case "aws:kms/key:Key":
      return { ...common, keyId: `${name}-id` };
    case "aws:ec2/launchTemplate:LaunchTemplate":
      return { ...common, latestVersion: 1, defaultVersion: 1 };
    case "pulumi:index:Stash":
      return { output: `first ${name}` };
    case "aws:sqs/queue:Queue":
      return { ...common, url: `https://sqs.${region}.example/${name}` };
    case "aws:cloudfront/distribution:Distribution":
      return { ...common, domainName: `${name}.cloudfront.example` };
    case "aws:s3/bucket:Bucket":
      return { ...common, bucket: `${name}-id`, bucketRegionalDomainName: `${name}-id.s3.example` };
    default:
      return common;
  }
}

const mocks: pulumi.runtime.Mocks = {
  newResource: ({ type, name, inputs }) => {
    const state = inputs as Record<string, unknown>;
    return { id: `${name}-id`, state: { ...computed(type, name), name: `${name}-name`, ...state } };
  },
  call: ({ token, inputs }) => {
    const args = inputs as Record<string, unknown>;
    if (token === "aws:index/getCallerIdentity:getCallerIdentity") return { ...args, accountId: account, id: account };
    // A new cluster has no parameters.
    if (token === "aws:ssm/getParametersByPath:getParametersByPath") return { ...args, names: [], values: [] };
    if (token === "aws:s3/getAccountPublicAccessBlock:getAccountPublicAccessBlock") return { ...args };
    if (token === "aws:ssm/getParameter:getParameter") return { ...args, insecureValue: newestImage };
    if (token === "pulumi:pulumi:readStackOutputs") return { ...args, outputs: {} };
    throw new Error(`no mock for call ${token}`);
  },
};

function nameOf(resource: Resource): string {
  return (resource as unknown as { __name: string }).__name;
}

function options(given: pulumi.CustomResourceOptions): RecordedOptions {
  const depends = given.dependsOn === undefined ? [] : [given.dependsOn].flat();
  return {
    protect: given.protect ?? false,
    retainOnDelete: given.retainOnDelete ?? false,
    deletedWith: given.deletedWith && nameOf(given.deletedWith),
    ignoreChanges: given.ignoreChanges ?? [],
    replaceOnChanges: given.replaceOnChanges ?? [],
    deleteBeforeReplace: given.deleteBeforeReplace ?? false,
    dependsOn: depends.filter((one): one is Resource => pulumi.Resource.isInstance(one)).map(nameOf),
  };
}

/** Results of provider functions by token. */
export type MockedCalls = Readonly<Record<string, (args: Record<string, unknown>) => Record<string, unknown>>>;

/** Runs `program` as a stack and waits for all registrations. Rejects with the program's error. */
export function deploy<T>(
  program: () => T | Promise<T>,
  calls: MockedCalls = {},
): Promise<Deployment<pulumi.Unwrap<T>>> {
  return withoutStackTraces(() => deployed(program, calls));
}

async function deployed<T>(program: () => T | Promise<T>, calls: MockedCalls): Promise<Deployment<pulumi.Unwrap<T>>> {
  const seen = new Map<string, { parent: string | undefined; options: RecordedOptions }>();
  const registered = new Map<string, { inputs: Record<string, unknown>; provider: string | undefined }>();
  await pulumi.runtime.setMocks(
    {
      call: (args) => calls[args.token]?.(args.inputs as Record<string, unknown>) ?? mocks.call(args),
      newResource: (args) => {
        registered.set(`${args.type} ${args.name}`, {
          inputs: markSecrets(args.inputs) as Record<string, unknown>,
          provider: args.provider === "" ? undefined : args.provider,
        });
        return mocks.newResource(args);
      },
    },
    "holdfast",
    "test",
    false,
  );
  let result: Output<pulumi.Unwrap<T>> | undefined;
  let failure: { error: unknown } | undefined;
  await pulumi.runtime.runInPulumiStack(async () => {
    pulumi.runtime.registerStackTransformation((args) => {
      const parent = args.opts.parent;
      seen.set(`${args.type} ${args.name}`, {
        parent: parent === undefined ? undefined : nameOf(parent),
        options: options(args.opts),
      });
      return undefined;
    });
    try {
      const returned = await program();
      result = pulumi.output(returned) as unknown as Output<pulumi.Unwrap<T>>;
    } catch (error) {
      // Rethrown here, it would end the process: the stack's promises have no handler.
      failure = { error };
    }
    return {} as Inputs;
  });
  if (failure !== undefined) throw failure.error;
  const outputs = await new Promise<pulumi.Unwrap<T>>((resolve) => {
    (result as Output<pulumi.Unwrap<T>>).apply(resolve);
  });
  await waitUntilSettled();

  const resources = [...seen].map(([key, { parent, options: recorded }]): RecordedResource => {
    const [type = "", ...name] = key.split(" ");
    const { inputs = {}, provider } = registered.get(key) ?? {};
    return { type, name: name.join(" "), parent, inputs, provider, options: recorded };
  });
  return {
    resources,
    outputs,
    get: (name, type) => {
      const found = resources.filter(
        (resource) => resource.name === name && (type === undefined || resource.type.endsWith(`:${type}`)),
      );
      const [only] = found;
      if (only === undefined || found.length > 1) {
        const names = resources.map((resource) => `${resource.type} ${resource.name}`).join("\n  ");
        throw new Error(`${found.length} resources are named ${name}; all resources:\n  ${names}`);
      }
      return only;
    },
    ofType: (type) =>
      Object.fromEntries(resources.filter((resource) => resource.type === type).map((found) => [found.name, found])),
  };
}

async function waitUntilSettled(): Promise<void> {
  await (pulumi.runtime as unknown as { waitForRPCs(disconnect?: boolean): Promise<void> }).waitForRPCs();
}
