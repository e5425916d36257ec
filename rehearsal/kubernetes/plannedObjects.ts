/** What of a plan goes into the booted cluster, and what does not. Pure. */
import type { Plan, PlannedResource } from "../../plan/planStack";
import { reveal } from "../../plan/program/secret";
import { releaseToken } from "../../simulation/kubernetes/release";

/** An object as the API server takes it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export interface PlannedObject {
  readonly urn: string;
  /** URNs of the objects that must be there before. */
  readonly after: readonly string[];
  readonly manifest: Manifest;
}

/** Something of the plan that this host cannot show, and why. */
export interface NotRehearsed {
  readonly name: string;
  readonly reason: string;
}

const isObject = ({ type }: PlannedResource): boolean => type.startsWith("kubernetes:") && type !== releaseToken;

/** The plan's objects, each with those that it comes after, by whatever way it depends on them. */
export function plannedObjects(plan: Pick<Plan, "resources">): readonly PlannedObject[] {
  const byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
  return plan.resources
    .filter(isObject)
    .map((resource) => ({ urn: resource.urn, after: objectsBefore(resource, byUrn), manifest: manifestOf(resource) }));
}

function manifestOf({ inputs, outputs }: PlannedResource): Manifest {
  const { metadata, ...rest } = reveal(inputs) as Manifest;
  const { name, namespace } = outputs.metadata as Manifest["metadata"];
  return { ...rest, metadata: { ...metadata, name, ...(namespace !== undefined && { namespace }) } };
}

/**
 * The nearest objects that a resource depends on, directly or through what is no object: a component's parts come after what
 * the component comes after.
 */
function objectsBefore(resource: PlannedResource, byUrn: ReadonlyMap<string, PlannedResource>): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<string>([resource.urn]);
  const wayBack = ({ dependsOn, parent }: PlannedResource) => [...dependsOn, ...(parent === undefined ? [] : [parent])];
  const open = wayBack(resource);
  for (let urn = open.pop(); urn !== undefined; urn = open.pop()) {
    if (seen.has(urn)) continue;
    seen.add(urn);
    const before = byUrn.get(urn);
    if (before === undefined) continue;
    if (isObject(before)) found.add(urn);
    else open.push(...wayBack(before));
  }
  return [...found];
}

/** Objects in waves: each wave comes after what its objects depend on. @throws if objects depend on each other. */
export function waves(objects: readonly PlannedObject[]): readonly (readonly PlannedObject[])[] {
  const result: PlannedObject[][] = [];
  const done = new Set<string>();
  let open = [...objects];
  while (open.length > 0) {
    const next = open.filter(({ after }) => after.every((urn) => done.has(urn)));
    if (next.length === 0) throw new Error(`these depend on each other: ${open.map(({ urn }) => urn).join(", ")}`);
    for (const { urn } of next) done.add(urn);
    open = open.filter(({ urn }) => !done.has(urn));
    result.push(next);
  }
  return result;
}

/** `Deployment kube-system/coredns`. */
export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

interface PodSpec {
  readonly containers?: readonly { image?: string }[];
  readonly initContainers?: readonly { image?: string }[];
}

/** Images that an object's pods run. */
export function imagesOf(manifest: Manifest): readonly string[] {
  const spec = manifest.spec as
    { template?: { spec?: PodSpec }; jobTemplate?: { spec?: { template?: { spec?: PodSpec } } } } | undefined;
  const pod = spec?.template?.spec ?? spec?.jobTemplate?.spec?.template?.spec;
  const images = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].map(({ image = "" }) => image);
  return [...new Set(images)];
}

const missingImages = (manifest: Manifest, builtImages: readonly string[]): readonly string[] =>
  imagesOf(manifest).filter((image) => !builtImages.includes(image));

/** Label that no node has. */
const nowhere = { "holdfast.dev/no-build": "true" };

/** An object as it is applied: without pods where this host has no build of their image, for they would wait for ever. */
export function withoutUnbuiltPods(manifest: Manifest, builtImages: readonly string[]): Manifest {
  if (missingImages(manifest, builtImages).length === 0) return manifest;
  const spec = manifest.spec as { template: { spec: { nodeSelector?: object } } };
  if (["Deployment", "StatefulSet"].includes(manifest.kind)) return { ...manifest, spec: { ...spec, replicas: 0 } };
  if (manifest.kind !== "DaemonSet") return manifest;
  const { template } = spec;
  const nodeSelector = { ...template.spec.nodeSelector, ...nowhere };
  return { ...manifest, spec: { ...spec, template: { ...template, spec: { ...template.spec, nodeSelector } } } };
}

/**
 * What of the plan does not run here. Charts' publishers are out of reach; an object whose image this host has no build of
 * is accepted as it is in the dry run, and applied without pods.
 */
export function notRehearsed(plan: Pick<Plan, "resources">, builtImages: readonly string[]): readonly NotRehearsed[] {
  const releases = plan.resources
    .filter(({ type }) => type === releaseToken)
    .map(({ inputs }) => {
      const { name, chart, version } = inputs as Readonly<Record<string, string | undefined>>;
      return {
        name: `Helm release ${name ?? ""}`,
        reason: `chart ${chart ?? ""} ${version ?? ""} is its publisher's, who is not asked here`,
      };
    });
  const pods = plannedObjects(plan).flatMap(({ manifest }) => {
    const missing = missingImages(manifest, builtImages);
    if (missing.length === 0) return [];
    return [
      { name: `pods of ${nameOf(manifest)}`, reason: `accepted, but there is no build of ${missing.join(", ")} here` },
    ];
  });
  return [...releases, ...pods];
}
