/** Change of the settings of a running rehearsal, applied as `pulumi up` does. */
import { isDeepStrictEqual } from "node:util";
import { machineVersions } from "../../components/node/machineVersions.plan";
import { LiveStack } from "../../plan/live/liveStack";
import { mergeSettings } from "../../stacks/file/merge";
import { prepareAssets } from "../assets";
import { groupSizes } from "../aws/autoScaling/groupSizes";
import type { CloudResource } from "../aws/resources/resourceHandler";
import { planRehearsal, stackSpec } from "../boot";
import { isCiliumChosen } from "../settingOverrides";
import { applyObjects } from "../kubernetes/applyObjects";
import { type BootPlan, readBootPlan, writeBootPlan } from "../supervisor/bootPlan";
import { toBootPlan } from "../supervisor/fromPlan";
import { checkHostCapacity } from "../supervisor/hostCapacity";
import { callQueryApi, elementTexts } from "./aws";
import type { RehearsedCluster } from "./rehearsedCluster";

export interface StackChange {
  /** Settings over those that the rehearsal runs with. `undefined` removes a setting that an earlier change has added. */
  readonly overrides: Readonly<Record<string, unknown>>;
}

export interface AppliedChange {
  /** Changes of AWS resources: `update aws:ssm/parameter:Parameter staging-members`. */
  readonly resources: readonly string[];
  /** Kinds and names of the Kubernetes objects that were created or changed. */
  readonly objects: readonly string[];
}

/**
 * Plans the stack of a running rehearsal with other settings, and applies the difference in Pulumi's order: creates and updates AWS
 * resources, applies changed Kubernetes objects, and deletes AWS resources that the plan no longer has. Machines of deleted groups
 * have left when it resolves; rollouts of changed groups continue, as after `pulumi up`. Deletes no Kubernetes objects.
 * @throws if the settings are invalid, AWS would refuse the plan, or a resource changes that cannot change in a rehearsal.
 */
export async function applyChange(
  cluster: RehearsedCluster,
  { overrides: change }: StackChange,
): Promise<AppliedChange> {
  const { client } = cluster;
  const before = readBootPlan(client.paths.plan);
  const { stack, iam, machines } = before;
  // As JSON: without the removed settings.
  const overrides = JSON.parse(JSON.stringify(mergeSettings(before.overrides, change))) as BootPlan["overrides"];
  const [kubernetesVersion, ...upgrades] = before.kubernetesVersions;
  const missing = machineVersions(await stackSpec(stack, overrides)).filter(
    (version) => !before.kubernetesVersions.includes(version),
  );
  if (missing.length > 0) {
    const possible = before.kubernetesVersions.join(", ");
    throw new Error(`the rehearsal's machines can run Kubernetes ${possible}, not ${missing.join(", ")}`);
  }
  const assets = await prepareAssets({
    ...{ kubernetesVersion, upgrades, report: () => undefined },
    cilium: isCiliumChosen(before.overrides),
  });
  const planWith = (live: readonly CloudResource[]) => planRehearsal({ stack, overrides }, assets, liveStack(live));

  const refreshed = await withLatestVersions(cluster, before.resources);
  let plan = await planWith(refreshed);
  let next = toBootPlan(plan, assets, { iam, machines, overrides });
  const raised = withRaisedVersions(refreshed, next.resources);
  if (raised !== undefined) {
    // The engine knows a template's new version while it continues; a plan knows it from the state of the stack.
    plan = await planWith(raised);
    next = toBootPlan(plan, assets, { iam, machines, overrides });
  }
  const known = new Set(before.resources.map(({ inputs }) => inputs.name));
  const added = groupSizes(next.resources, machines).filter(({ name }) => !known.has(name));
  checkHostCapacity(added.flatMap((size) => Array.from({ length: size.machines }, () => size.role)));

  writeBootPlan(client.paths.plan, next);
  const resources = await client.applyPlan();
  const changed = changedObjects(before.resources, next.resources);
  const { accepted, refused } = await applyObjects(
    client,
    { resources: plan.resources.filter(({ urn, type }) => !type.startsWith("kubernetes:") || changed.has(urn)) },
    { images: assets.images },
  );
  const [first] = refused;
  if (first !== undefined) throw new Error(`the API server refused ${first.object}: ${first.message}`);
  await client.deleteRemoved();
  await cluster.refresh();
  return { resources, objects: accepted };
}

const liveStack = (resources: readonly CloudResource[]): LiveStack => new LiveStack({ resources, leftovers: [] });

const templateType = "aws:ec2/launchTemplate:LaunchTemplate";

/** Resources with the latest versions of launch templates in the rehearsed AWS, where drills add versions. */
async function withLatestVersions(
  cluster: RehearsedCluster,
  resources: readonly CloudResource[],
): Promise<readonly CloudResource[]> {
  return Promise.all(
    resources.map(async (resource) => {
      if (resource.type !== templateType) return resource;
      const described = await callQueryApi(cluster, "ec2", "DescribeLaunchTemplates", {
        "LaunchTemplateName.1": String(resource.inputs.name),
      });
      const latestVersion = Number(elementTexts(described, "latestVersionNumber")[0] ?? resource.outputs.latestVersion);
      return { ...resource, outputs: { ...resource.outputs, latestVersion } };
    }),
  );
}

/** Resources in which launch templates that change have their next version; undefined if none changes. */
export function withRaisedVersions(
  before: readonly CloudResource[],
  after: readonly CloudResource[],
): readonly CloudResource[] | undefined {
  const planned = new Map(after.map((resource) => [resource.urn, resource]));
  const changes = (resource: CloudResource): boolean => {
    const wanted = planned.get(resource.urn);
    return resource.type === templateType && wanted !== undefined && !isDeepStrictEqual(resource.inputs, wanted.inputs);
  };
  if (!before.some(changes)) return undefined;
  return before.map((resource) => {
    if (!changes(resource)) return resource;
    return { ...resource, outputs: { ...resource.outputs, latestVersion: Number(resource.outputs.latestVersion) + 1 } };
  });
}

/** URNs of Kubernetes objects that are new or changed. */
function changedObjects(before: readonly CloudResource[], after: readonly CloudResource[]): ReadonlySet<string> {
  const former = new Map(before.map((resource) => [resource.urn, resource]));
  const changed = after.filter(
    ({ urn, type, inputs }) => type.startsWith("kubernetes:") && !isDeepStrictEqual(former.get(urn)?.inputs, inputs),
  );
  return new Set(changed.map(({ urn }) => urn));
}
