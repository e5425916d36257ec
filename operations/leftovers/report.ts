/** What is left, as text. */

import { alignColumns } from "../../cli/columns";
import type { Leftover, Owner } from "./leftover";

export function formatLeftovers({ cluster }: Owner, left: readonly Leftover[]): readonly string[] {
  if (left.length === 0) return [`Nothing is left of what controllers of cluster ${cluster} make on AWS.`];
  const holding = left.filter(({ blocksVpcDeletion }) => blocksVpcDeletion);
  const staying = left.filter(({ blocksVpcDeletion }) => !blocksVpcDeletion);
  return [
    ...section(`These hold the network: pulumi destroy would wait for it and fail`, holding),
    ...(holding.length > 0 && staying.length > 0 ? [""] : []),
    ...section("These stay behind, with what is in them and what they cost", staying),
    "",
    "Best while the cluster is there, its controllers then tidy up themselves:",
    ...unique(left.flatMap(({ kubectlCommand }) => kubectlCommand ?? [])),
    "",
    "What no controller deletes any more (in this order; a volume's data goes with it):",
    ...left.map(({ awsCommand }) => `  ${awsCommand}`),
  ];
}

function section(title: string, left: readonly Leftover[]): readonly string[] {
  if (left.length === 0) return [];
  const rows = left.map(({ kind, name, createdFor = "", sizeGiB, attachedTo }) => [
    kind,
    name,
    createdFor,
    [sizeGiB === undefined ? "" : `${sizeGiB} GiB`, attachedTo === undefined ? "" : `attached to ${attachedTo}`]
      .filter(Boolean)
      .join(", "),
  ]);
  return [`${title}:`, ...alignColumns(rows).map((row) => `  ${row}`)];
}

function unique(commands: readonly string[]): readonly string[] {
  return commands.length === 0
    ? ["  (no tag says what they were made for)"]
    : [...new Set(commands)].map((one) => `  ${one}`);
}
