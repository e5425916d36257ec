/** Leftovers as text. */
import { alignColumns } from "../../cli/columns";
import type { Leftover, Owner } from "./leftover";

export function formatLeftovers({ cluster }: Owner, leftovers: readonly Leftover[]): readonly string[] {
  if (leftovers.length === 0) return [`Controllers of cluster ${cluster} have left no resources on AWS.`];
  const blocking = leftovers.filter(({ blocksVpcDeletion }) => blocksVpcDeletion);
  const remaining = leftovers.filter(({ blocksVpcDeletion }) => !blocksVpcDeletion);
  const commands = new Set(leftovers.flatMap(({ kubectlCommand }) => kubectlCommand ?? []));
  return [
    ...section("These block the deletion of the VPC, so that pulumi destroy fails", blocking),
    ...(blocking.length > 0 && remaining.length > 0 ? [""] : []),
    ...section("These remain after pulumi destroy, with their data and their costs", remaining),
    "",
    "While the cluster runs, delete the Kubernetes objects; their controllers then delete the AWS resources:",
    ...(commands.size === 0 ? ["  (no tag names the Kubernetes object)"] : [...commands].map((one) => `  ${one}`)),
    "",
    "Without the cluster, run these commands in this order (deleting a volume deletes its data):",
    ...leftovers.map(({ awsCommand }) => `  ${awsCommand}`),
  ];
}

function section(title: string, leftovers: readonly Leftover[]): readonly string[] {
  if (leftovers.length === 0) return [];
  const rows = leftovers.map(({ kind, name, createdFor = "", sizeGiB, attachedTo }) => [
    kind,
    name,
    createdFor,
    [sizeGiB === undefined ? "" : `${sizeGiB} GiB`, attachedTo === undefined ? "" : `attached to ${attachedTo}`]
      .filter(Boolean)
      .join(", "),
  ]);
  return [`${title}:`, ...alignColumns(rows).map((row) => `  ${row}`)];
}
