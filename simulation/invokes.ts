import { resourceId } from "./core/identifiers";
import type { Properties } from "./core/resourceType";
import { toText } from "./core/text";
import type { World } from "./core/world";

/** Provider functions that read AWS without creating anything, by token. */
const functions: Readonly<Record<string, (args: Properties, world: World) => Properties>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": (_, world) => ({
    id: world.account,
    accountId: world.account,
    arn: world.globalArn("iam", "user/simulated"),
    userId: "AIDASIMULATEDSIMULATE",
  }),
  "aws:ec2/getVpc:getVpc": ({ id }, world) => {
    const { outputs } = found(world.find("aws:ec2/vpc:Vpc", "id", id), "no matching EC2 VPC found");
    return { cidrBlockAssociations: [{ cidrBlock: outputs.cidrBlock, state: "associated" }], ...outputs };
  },
  "aws:ec2/getSubnet:getSubnet": ({ id }, world) =>
    found(world.find("aws:ec2/subnet:Subnet", "id", id), "no matching EC2 Subnet found").outputs,
  // The simulation launches no instances.
  "aws:ec2/getInstances:getInstances": (_, world) => ({
    id: world.region,
    ids: [],
    privateIps: [],
    publicIps: [],
    ipv6Addresses: [],
  }),
  "aws:s3/getAccountPublicAccessBlock:getAccountPublicAccessBlock": (_, world) => ({
    id: world.account,
    accountId: world.account,
    blockPublicAcls: false,
    blockPublicPolicy: false,
    ignorePublicAcls: false,
    restrictPublicBuckets: false,
  }),
  // A parameter that is not in the world is taken for one with an image: the simulation knows no others of AWS's.
  "aws:ssm/getParameter:getParameter": ({ name }, world) => {
    const [path = "", selector] = toText(name).split(":");
    const parameter = world.find("aws:ssm/parameter:Parameter", "name", path);
    const { type = "String", value, insecureValue } = parameter?.inputs ?? {};
    const content = insecureValue ?? value ?? resourceId("ami", `${world.region} ${path}`);
    return {
      id: toText(name),
      name: toText(name),
      arn: world.arn("ssm", `parameter${path.startsWith("/") ? "" : "/"}${path}`),
      type,
      value: content,
      insecureValue: type === "SecureString" ? "" : content,
      version: parameter?.outputs.version ?? (/^\d+$/.test(selector ?? "") ? Number(selector) : 1),
    };
  },
  "aws:ssm/getParametersByPath:getParametersByPath": ({ path, recursive }, world) => {
    const prefix = `${toText(path).replace(/\/$/, "")}/`;
    const matching = [...world.all()].filter(({ type, inputs }) => {
      if (type !== "aws:ssm/parameter:Parameter") return false;
      const name = toText(inputs.name);
      return name.startsWith(prefix) && (recursive === true || !name.slice(prefix.length).includes("/"));
    });
    return {
      id: toText(path),
      path: toText(path),
      arns: matching.map(({ outputs }) => outputs.arn),
      names: matching.map(({ inputs }) => inputs.name),
      types: matching.map(({ inputs }) => inputs.type),
      values: matching.map(({ inputs }) => inputs.insecureValue ?? inputs.value),
    };
  },
};

/** @throws Error with the provider's message if nothing was found */
function found<T>(resource: T | undefined, message: string): T {
  if (resource === undefined) throw new Error(message);
  return resource;
}

/**
 * Result of a provider function; undefined for a function that the simulation does not know.
 * @throws Error for a resource that does not exist
 */
export const simulateInvoke = (token: string, args: Properties, world: World): Properties | undefined =>
  functions[token]?.(args, world);
