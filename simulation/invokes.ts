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
  "aws:ssm/getParametersByPath:getParametersByPath": ({ path, recursive }, world) => {
    const prefix = `${toText(path).replace(/\/$/, "")}/`;
    const found = [...world.all()].filter(({ type, inputs }) => {
      if (type !== "aws:ssm/parameter:Parameter") return false;
      const name = toText(inputs.name);
      return name.startsWith(prefix) && (recursive === true || !name.slice(prefix.length).includes("/"));
    });
    return {
      id: toText(path),
      path: toText(path),
      arns: found.map(({ outputs }) => outputs.arn),
      names: found.map(({ inputs }) => inputs.name),
      types: found.map(({ inputs }) => inputs.type),
      values: found.map(({ inputs }) => inputs.insecureValue ?? inputs.value),
    };
  },
};

/** Result of a provider function; undefined for a function that the simulation does not know. */
export const simulateInvoke = (token: string, args: Properties, world: World): Properties | undefined =>
  functions[token]?.(args, world);
