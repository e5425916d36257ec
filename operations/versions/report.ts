/** Version tables as text. */
import { alignColumns } from "../../cli/columns";
import { minorOf } from "../../components/node/kubernetesVersions.plan";
import type { RowStatus, Status } from "./refresh";
import { isOutdated } from "./refresh";
import type { Tables } from "./tables";

/** All rows, and what to do next. */
export function formatStatus({ rows, newestKubernetes }: Status, tables: Tables): readonly string[] {
  const lines = rows.map((row) => [
    row.row,
    row.minors.join(", "),
    row.current,
    row.newest,
    isOutdated(row) ? "newer release" : "",
  ]);
  const outdated = [...new Set(rows.filter(isOutdated).map(({ row }) => row))];
  const minor = minorOf(newestKubernetes);
  return [
    ...alignColumns([["Component", "Kubernetes", "Table", "Newest", ""], ...lines]),
    ...(outdated.length === 0
      ? []
      : ["", "Add them to the tables:", `  npx holdfast versions --update ${outdated.join(" ")}`]),
    ...(minor in tables.versions
      ? []
      : [
          "",
          `Kubernetes ${minor} is released (${newestKubernetes}); to add this minor version, see docs/versions.md.`,
        ]),
  ];
}

export function formatUpdate(updated: readonly RowStatus[]): readonly string[] {
  if (updated.length === 0) return ["The tables are up to date; nothing was written."];
  return [
    ...updated.map(({ row, minors, current, newest }) =>
      row === "kubernetes" ? `${row}: added ${newest}` : `${row} for ${minors.join(", ")}: ${current} → ${newest}`,
    ),
    "",
    "Review with git diff, run npm run docs:changes and the tests. Clusters change with their next pulumi up:",
    ...(updated.some(({ row }) => row === "kubernetes")
      ? ["  kubernetes: only clusters whose kubernetesVersion you change"]
      : []),
    ...(updated.some(({ row }) => row !== "kubernetes")
      ? ["  other components: all clusters with these Kubernetes minor versions"]
      : []),
  ];
}
