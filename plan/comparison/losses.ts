import { isRefused } from "../../components/changes/settingsChange.plan";
import { withoutGeneration } from "../../components/pki/rotation.plan";
import { nameOf, typeOf } from "../report/grouping";
import type { PlainPlan, PlainResource } from "../report/planFile";
import type { Comparison, ResourceChange } from "./changes";

/** Types of resources that hold data, or keys without which data is lost. */
const statefulTypes: ReadonlySet<string> = new Set([
  "aws:ebs/volume:Volume",
  "aws:kms/key:Key",
  "aws:route53/zone:Zone",
  "aws:s3/bucket:Bucket",
  "kubernetes:core/v1:Namespace",
  "tls:index/privateKey:PrivateKey",
]);

/**
 * Names of stateful resources that the changes delete or replace, whatever their protection.
 * @param confirmed names of resources, or of components around them, that may go.
 */
export function lossesOf(
  before: PlainPlan,
  after: PlainPlan,
  changes: readonly ResourceChange[],
  confirmed: readonly string[],
): readonly string[] {
  const parents = new Map(before.resources.map(({ urn, parent }) => [urn, parent]));
  return changes
    .filter(({ action, type }) => statefulTypes.has(type) && (action === "delete" || action === "replace"))
    .filter((change) => !isRotation(change, after.resources))
    .filter(({ urn }) => !selfAndComponents(urn, parents).some((name) => confirmed.includes(name)))
    .map(({ name }) => name);
}

/** True for a key of a generation that a rotation no longer keeps: the rotation has its own checks (docs/pki.md). */
function isRotation({ action, name, type, parent }: ResourceChange, kept: readonly PlainResource[]): boolean {
  if (action !== "delete" || typeOf(parent) !== "holdfast:index:Pki") return false;
  return kept.some((other) => other.type === type && withoutGeneration(other.name) === withoutGeneration(name));
}

/** Names of a resource and of the components around it, without the cluster itself. */
function selfAndComponents(urn: string, parents: ReadonlyMap<string, string | undefined>): readonly string[] {
  const names: string[] = [];
  for (let at: string | undefined = urn; at !== undefined && !isCluster(at); at = parents.get(at))
    names.push(nameOf(at));
  return names;
}

const isCluster = (urn: string): boolean => typeOf(urn) === "holdfast:index:Cluster";

/** True if `pulumi up` must not make the changes: refused settings, a loss without confirmation, or a protected resource. */
export const isRefusedChange = ({ changes, losses, settings }: Comparison): boolean =>
  losses.length > 0 || changes.some((change) => change.protected) || settings.some(isRefused);
