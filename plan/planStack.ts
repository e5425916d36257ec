import type { ClusterSpec } from "../components/clusterSpec";
import { type Bundle, buildBundles } from "../components/node/bundle.plan";
import { isEncrypted } from "../components/settings/encrypted";
import program from "../stacks/index";
import { project } from "../stacks/file/config";
import { mergeSettings } from "../stacks/file/merge";
import { parseSettings, registriesValue } from "../stacks/settings";
import { stacksFolder } from "../stacks/stacksFolder";
import { settingsWarnings } from "../stacks/warnings";
import type { LiveStack } from "./live/liveStack";
import { PlanMonitor } from "./program/monitor";
import type { RegisteredResource } from "./program/monitor";
import { PlanError } from "./program/problems";
import type { PlanProblem } from "./program/problems";
import { runProgram } from "./program/runProgram";
import { hiddenSecret, mapSecrets, reveal } from "./program/secret";
import type { SecretForm } from "./program/secret";
import { overlayAuthorityKeys } from "./program/authorityKeys";
import { readStackFile } from "./program/stackFile";
import { addExistingResources } from "../simulation/existingResources";
import type { Properties } from "../simulation/core/resourceType";
import { World } from "../simulation/core/world";

export { PlanError } from "./program/problems";
export type { PlanProblem } from "./program/problems";
export { Secret } from "./program/secret";

/** Resource of a plan. Secrets in inputs and outputs are instances of {@link Secret}. */
export type PlannedResource = Readonly<RegisteredResource>;

/** All resources that `pulumi up` would create for a stack, and the files of its nodes. */
export interface Plan {
  readonly stack: string;
  readonly region: string;
  readonly spec: ClusterSpec;
  /** In the order of creation: each after its dependencies. */
  readonly resources: readonly PlannedResource[];
  /** Outputs of the stack. */
  readonly outputs: Properties;
  /** Node bundles, that of the members first. */
  readonly bundles: readonly Bundle[];
  /** Warnings about the settings: secrets in plain text, and what this plan cannot check. */
  readonly warnings: readonly PlanProblem[];
  readonly durationMs: number;
}

export interface PlanOptions {
  /** Settings merged over those of the stack file: mappings are merged, other values replaced. */
  readonly overrides?: object;
  /** Folder of the stack files. Default: `stacks/`. */
  readonly directory?: string;
  /** Deployed stack, whose resources keep their ids, names and keys. Default: a stack with simulated ones. */
  readonly live?: LiveStack | undefined;
  /** Outputs of the deployed stack. Default: those of `live`, or a new stack. */
  readonly outputs?: Properties | undefined;
}

/** Plans run one after another: the SDK has one connection per process. */
let queue: Promise<unknown> = Promise.resolve();

/**
 * Runs the program for a stack in this process against a simulated AWS.
 *
 * @throws PlanError with all invalid settings, or with all refusals of AWS.
 */
export function planStack(stack: string, options: PlanOptions = {}): Promise<Plan> {
  const plan = queue.then(() => createPlan(stack, options));
  queue = plan.catch(() => undefined);
  return plan;
}

async function createPlan(stack: string, options: PlanOptions): Promise<Plan> {
  const started = performance.now();
  const { file, config: read, places } = await readStackFile(options.directory ?? stacksFolder, stack);
  // The keys of the file itself stay: places of settings compare values with it.
  const config = { ...read };
  const key = `${project}:cluster`;
  if (options.overrides !== undefined) config[key] = mergeSettings(config[key] ?? {}, options.overrides);
  // As written: the overlaid keys are not those of the file.
  const written = { ...config };
  overlayAuthorityKeys(config, `${project}:authorityKeys`);
  const registriesKey = `${project}:registries`;
  if (isEncrypted(config[registriesKey])) config[registriesKey] = registriesValue(config);
  const settings = parseSettings(config);
  if (!settings.ok) throw new PlanError(places.locate(settings.problems, config));
  const { spec, encrypted } = settings;

  const world = new World(spec.region, undefined, options.live?.account);
  addExistingResources(world, spec);
  const { live, outputs: deployedOutputs = live?.outputs } = options;
  const deployed = { outputs: deployedOutputs, resource: (urn: string) => live?.resource(urn) };
  const monitor = new PlanMonitor(world, project, stack, deployed);
  await runProgram(program, monitor, toConfigText(config));

  const resources = [...monitor.resources.values()];
  const outputs = resources.find((resource) => resource.type === "pulumi:pulumi:Stack")?.outputs ?? {};
  const bundles = buildBundles(spec);
  const durationMs = performance.now() - started;
  const warnings = places.locate(settingsWarnings({ config: file.config, encrypted }), written);
  return { stack, region: spec.region, spec, resources, outputs, bundles, warnings, durationMs };
}

/** Settings in the form in which the engine passes them to a program. */
const toConfigText = (config: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [key, toText(value)]));

/** The engine passes an empty value as an empty text. */
function toText(value: unknown): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

export interface PlainPlanOptions {
  readonly showSecrets?: boolean | undefined;
  /** Form of secrets that are not shown. Default: `[secret]`. */
  readonly secretForm?: SecretForm;
}

/** Plan as plain JSON, without binary content. */
export function plainPlan(plan: Plan, { showSecrets, secretForm = () => hiddenSecret }: PlainPlanOptions = {}) {
  const plain = (properties: Properties): Properties =>
    (showSecrets === true ? reveal(properties) : mapSecrets(properties, secretForm)) as Properties;
  return {
    stack: plan.stack,
    region: plan.region,
    spec: plan.spec,
    resources: plan.resources.map((resource) => ({
      ...resource,
      inputs: plain(resource.inputs),
      outputs: plain(resource.outputs),
    })),
    outputs: plain(plan.outputs),
    warnings: plan.warnings,
    bundles: plan.bundles.map(({ name, sha256, key, files }) => ({ name, sha256, key, files })),
  };
}
