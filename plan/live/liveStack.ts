import { defaultsKey } from "../../simulation/simulate";
import type { DeployedResource } from "../../simulation/simulate";
import { hasSecret, mapSecrets, reveal } from "../program/secret";
import type { SecretForm } from "../program/secret";
import type { PlainPlan, PlainResource, Properties } from "../report/planFile";
import type { LiveResource, StackState } from "./stackState";

/**
 * Inputs that providers add without listing them: all tags and the region of an AWS resource (pulumi-aws, `provider/tags.go`
 * and `provider/region.go`), the contents of a Helm release (pulumi-kubernetes, `helm_release.go`), the version of a provider.
 */
const addedInputs: readonly (readonly [type: RegExp, names: readonly string[]])[] = [
  [/^aws:/, ["tagsAll", "region"]],
  [/^kubernetes:helm\.sh/, ["checksum", "resourceNames"]],
  [/^pulumi:providers:/, ["__internal", "version"]],
];

/** Deployed stack, as far as a plan of its next update takes values from it. */
export class LiveStack {
  readonly #resources: ReadonlyMap<string, DeployedResource>;
  /** AWS account that the stack is deployed to; undefined if no resource has an ARN. */
  readonly account: string | undefined;

  constructor(private readonly state: StackState) {
    this.#resources = new Map(state.resources.map((resource) => [resource.urn, toDeployed(resource)]));
    this.account = state.resources.flatMap(({ outputs: { arn } }) => accountOf(arn)).at(0);
  }

  /** Outputs of the stack. */
  get outputs(): Properties | undefined {
    const stack = this.state.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    return stack && (reveal(stack.outputs) as Properties);
  }

  /** Deployed resource with this URN. */
  resource(urn: string): DeployedResource | undefined {
    return this.#resources.get(urn);
  }

  /**
   * The deployed stack as a plan, to compare another plan with.
   * @param planned tells the program's inputs from those that providers have added.
   * @param form of secrets, the same as in the other plan.
   */
  toPlan({ stack, resources }: Pick<PlainPlan, "stack" | "resources">, form: SecretForm): PlainPlan {
    const planned = new Map(resources.map((resource) => [resource.urn, resource]));
    const live = this.state.resources.map((resource) => toPlain(resource, planned.get(resource.urn), form));
    const outputs = live.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs;
    return { stack, resources: live, outputs };
  }
}

const accountOf = (arn: unknown): readonly string[] =>
  typeof arn === "string"
    ? [...arn.matchAll(/^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/g)].map(([, account = ""]) => account)
    : [];

const toDeployed = ({ id, inputs, outputs }: LiveResource): DeployedResource => ({
  id,
  inputs: reveal(inputs) as Record<string, unknown>,
  outputs: reveal(outputs) as Record<string, unknown>,
  secretOutputs: Object.keys(outputs).filter((name) => hasSecret(outputs[name])),
});

function toPlain(live: LiveResource, planned: PlainResource | undefined, form: SecretForm): PlainResource {
  const added = addedInputs.filter(([type]) => type.test(live.type)).flatMap(([, names]) => names);
  const inputs = mapSecrets(live.inputs, form);
  return {
    ...live,
    inputs: withoutAdded(inputs, planned?.inputs ?? {}, added) as Properties,
    outputs: mapSecrets(live.outputs, form) as Properties,
  };
}

/** Inputs without those that only the provider has set, also in nested values. */
function withoutAdded(live: unknown, planned: unknown, added: readonly string[] = []): unknown {
  if (Array.isArray(live))
    return live.map((item, index) => withoutAdded(item, (planned as readonly unknown[] | undefined)?.[index]));
  if (typeof live !== "object" || live === null) return live;
  const { [defaultsKey]: defaults, ...inputs } = live as Readonly<Record<string, unknown>>;
  const wanted = (typeof planned === "object" && planned !== null ? planned : {}) as Readonly<Record<string, unknown>>;
  const notSet = new Set([...added, ...(Array.isArray(defaults) ? (defaults as readonly string[]) : [])]);
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([name]) => !notSet.has(name) || name in wanted)
      .map(([name, value]) => [name, withoutAdded(value, wanted[name])]),
  );
}
