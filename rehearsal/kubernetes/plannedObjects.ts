/** The plan's Kubernetes objects, and those that cannot run here. Pure. */
import type { Plan, PlannedResource } from "../../plan/planStack";
import { reveal } from "../../plan/program/secret";
import { releaseToken } from "../../simulation/kubernetes/release";

/** Kubernetes object. */
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
  /** URNs of the objects on which it depends. */
  readonly after: readonly string[];
  readonly manifest: Manifest;
}

/** Part of the plan that a rehearsal does not cover. */
export interface NotRehearsed {
  readonly name: string;
  readonly reason: string;
}

const isObject = ({ type }: PlannedResource): boolean => type.startsWith("kubernetes:") && type !== releaseToken;

/** Kubernetes objects of the plan with their direct and indirect dependencies. */
export function plannedObjects(plan: Pick<Plan, "resources">): readonly PlannedObject[] {
  const byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
  return plan.resources
    .filter(isObject)
    .map((resource) => ({ urn: resource.urn, after: dependencies(resource, byUrn), manifest: manifestOf(resource) }));
}

/** Object of a resource, with the name that the provider has generated. */
export function manifestOf({ inputs, outputs }: Pick<PlannedResource, "inputs" | "outputs">): Manifest {
  const { metadata, ...rest } = reveal(inputs) as Manifest;
  const { name, namespace } = outputs.metadata as Manifest["metadata"];
  return { ...rest, metadata: { ...metadata, name, namespace } };
}

/** URNs of the nearest objects on which a resource depends, directly or through components and other resources. */
function dependencies(resource: PlannedResource, byUrn: ReadonlyMap<string, PlannedResource>): readonly string[] {
  const found = new Set<string>();
  const seen = new Set<string>([resource.urn]);
  const parents = ({ dependsOn, parent }: PlannedResource) => [...dependsOn, ...(parent === undefined ? [] : [parent])];
  const open = parents(resource);
  for (let urn = open.pop(); urn !== undefined; urn = open.pop()) {
    if (seen.has(urn)) continue;
    seen.add(urn);
    const dependency = byUrn.get(urn);
    if (dependency === undefined) continue;
    if (isObject(dependency)) found.add(urn);
    else open.push(...parents(dependency));
  }
  return [...found];
}

/** Groups objects into waves, each after the dependencies of its objects. @throws on circular dependencies */
export function dependencyWaves(objects: readonly PlannedObject[]): readonly (readonly PlannedObject[])[] {
  const result: PlannedObject[][] = [];
  const done = new Set<string>();
  let open = [...objects];
  while (open.length > 0) {
    const next = open.filter(({ after }) => after.every((urn) => done.has(urn)));
    if (next.length === 0) throw new Error(`circular dependencies between ${open.map(({ urn }) => urn).join(", ")}`);
    for (const { urn } of next) done.add(urn);
    open = open.filter(({ urn }) => !done.has(urn));
    result.push(next);
  }
  return result;
}

/** Kind and name, e.g. `Deployment kube-system/coredns`. */
export function objectName({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

interface PodSpec {
  readonly containers?: readonly { image?: string }[];
  readonly initContainers?: readonly { image?: string }[];
}

/** Images of an object's pods. */
function imagesOf(manifest: Manifest): readonly string[] {
  const spec = manifest.spec as
    { template?: { spec?: PodSpec }; jobTemplate?: { spec?: { template?: { spec?: PodSpec } } } } | undefined;
  const pod = spec?.template?.spec ?? spec?.jobTemplate?.spec?.template?.spec;
  const images = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].map(({ image = "" }) => image);
  return [...new Set(images)];
}

const missingImages = (manifest: Manifest, builtImages: readonly string[]): readonly string[] =>
  imagesOf(manifest).filter((image) => !builtImages.includes(image));

const labelOfNoNode = { "holdfast.dev/no-build": "true" };

/** Omits the pods of an object if their images are not built, because they would wait forever. */
export function withoutUnbuiltPods(manifest: Manifest, builtImages: readonly string[]): Manifest {
  if (missingImages(manifest, builtImages).length === 0) return manifest;
  const spec = manifest.spec as { template: { spec: { nodeSelector?: object } } };
  if (["Deployment", "StatefulSet"].includes(manifest.kind)) return { ...manifest, spec: { ...spec, replicas: 0 } };
  if (manifest.kind !== "DaemonSet") return manifest;
  const { template } = spec;
  const nodeSelector = { ...template.spec.nodeSelector, ...labelOfNoNode };
  return { ...manifest, spec: { ...spec, template: { ...template, spec: { ...template.spec, nodeSelector } } } };
}

/** Helm releases, whose charts are not available, and objects that are applied without pods. */
export function notRehearsed(plan: Pick<Plan, "resources">, builtImages: readonly string[]): readonly NotRehearsed[] {
  const releases = plan.resources
    .filter(({ type }) => type === releaseToken)
    .map(({ inputs }) => {
      const { name, chart, version } = inputs as Readonly<Record<string, string | undefined>>;
      return {
        name: `Helm release ${name ?? ""}`,
        reason: `chart ${chart ?? ""} ${version ?? ""} is only available from its publisher`,
      };
    });
  const pods = plannedObjects(plan).flatMap(({ manifest }) => {
    const missing = missingImages(manifest, builtImages);
    if (missing.length === 0) return [];
    return [{ name: `pods of ${objectName(manifest)}`, reason: `accepted, but ${missing.join(", ")} is not built` }];
  });
  return [...releases, ...pods];
}
