import type { Properties } from "./core/resourceType";
import type { World } from "./core/world";
import { show } from "./core/text";

type Invoke = (args: Properties, world: World) => Properties;

/** Questions that programs ask AWS without making anything. */
const invokes: Readonly<Record<string, Invoke>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": (_, world) => ({
    id: world.account,
    accountId: world.account,
    arn: world.globalArn("iam", "user/simulated"),
    userId: "AIDASIMULATEDSIMULATE",
  }),
  "aws:index/getPartition:getPartition": (_, world) => ({
    id: world.partition,
    partition: world.partition,
    dnsSuffix: world.dnsSuffix,
    reverseDnsPrefix: world.dnsSuffix.split(".").reverse().join("."),
  }),
  "aws:index/getRegion:getRegion": (_, world) => ({
    id: world.region,
    name: world.region,
    region: world.region,
    endpoint: `ec2.${world.region}.${world.dnsSuffix}`,
    description: world.region,
  }),
  "aws:ssm/getParametersByPath:getParametersByPath": ({ path, recursive }, world) => {
    const below = `${show(path).replace(/\/$/, "")}/`;
    const found = [...world.all()].filter(({ type, inputs }) => {
      if (type !== "aws:ssm/parameter:Parameter") return false;
      const name = show(inputs.name);
      return name.startsWith(below) && (recursive === true || !name.slice(below.length).includes("/"));
    });
    return {
      id: show(path),
      path: show(path),
      arns: found.map(({ outputs }) => outputs.arn),
      names: found.map(({ inputs }) => inputs.name),
      types: found.map(({ inputs }) => inputs.type),
      values: found.map(({ inputs }) => inputs.insecureValue ?? inputs.value),
    };
  },
  "aws:index/getAvailabilityZones:getAvailabilityZones": (_, world) => ({
    id: world.region,
    names: [...world.zones],
    zoneIds: world.zones.map((_zone, index) => `az${show(index + 1)}`),
    groupNames: [world.region],
  }),
};

/** The answer to a question, or nothing for one that the simulation does not know. */
export const answer = (token: string, args: Properties, world: World): Properties | undefined =>
  invokes[token]?.(args, world);
