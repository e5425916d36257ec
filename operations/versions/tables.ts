/** The files of the version table. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { compare } from "semver";

import { releaseAssets } from "../../components/node/assets.plan";
import type { AssetName } from "../../components/node/assets.plan";
import { checksums, checksumsFile } from "../../components/node/checksums.plan";
import {
  type MinorVersions,
  minorOf,
  supportedKubernetesVersions,
  versionsByMinor,
  versionsFile,
} from "../../components/node/kubernetesVersions.plan";
import { downloadedComponents } from "./publishers";

export interface Tables {
  /** Versions by Kubernetes minor. */
  readonly versions: Readonly<Record<string, MinorVersions>>;
  /** Kubernetes versions with checksums. */
  readonly kubernetes: readonly string[];
  /** SHA-256 by path. */
  readonly checksums: ReadonlyMap<string, string>;
}

/** Tables of this version of Holdfast. */
export const currentTables: Tables = { versions: versionsByMinor, kubernetes: supportedKubernetesVersions, checksums };

export const formatVersions = (versions: Tables["versions"]): string => `${JSON.stringify(versions, undefined, 2)}\n`;

/** Text of checksums.txt: a line per file that the tables need, in a fixed order. @throws Error if a checksum is unknown */
export function formatChecksums(tables: Tables): string {
  const lines = neededPaths(tables).map((path) => {
    const sum = tables.checksums.get(path);
    if (sum === undefined) throw new Error(`no checksum of ${path}`);
    return `${sum}  ${path}\n`;
  });
  return lines.join("");
}

/** Paths of both architectures: Kubernetes by version, then the other projects by version. */
function neededPaths({ versions, kubernetes }: Tables): readonly string[] {
  const sets = [...kubernetes].sort(compare).flatMap((version) => {
    const others = versions[minorOf(version)];
    return others === undefined ? [] : [{ kubernetes: version, ...others }];
  });
  const pathsOf = (names: readonly AssetName[], set: (typeof sets)[number]): readonly string[] =>
    names.flatMap((name) =>
      (["amd64", "arm64"] as const).flatMap((arch) =>
        releaseAssets(set, arch).flatMap((asset) => (asset.name === name ? asset.path : [])),
      ),
    );
  return [
    ...new Set([
      ...sets.flatMap((set) => pathsOf(["kubelet", "kubeadm", "kubectl"], set)),
      ...downloadedComponents.flatMap(([component, name]) =>
        sets.toSorted((one, other) => compare(one[component], other[component])).flatMap((set) => pathsOf([name], set)),
      ),
    ]),
  ];
}

/** Page with the rows of its table replaced; the replaced rows begin with a version. */
export function documentVersions(page: string, { versions, kubernetes }: Tables): string {
  const rows = Object.entries(versions).map(([minor, others]) => {
    const patches = kubernetes.filter((version) => minorOf(version) === minor).sort(compare);
    const [first = "", last = first] = [patches[0], patches.at(-1)];
    return `| ${[first === last ? first : `${first} to ${last}`, ...Object.values(others)].join(" | ")} |`;
  });
  return page.replace(/(?:^\| \d+\.\d+\.\d+.*\|\n)+/m, `${rows.join("\n")}\n`);
}

/** Files of the tables: those of this checkout by default. */
export const tableFiles = {
  versions: versionsFile,
  checksums: checksumsFile,
  page: join(__dirname, "../../docs/versions.md"),
};

export function writeTables(tables: Tables, files = tableFiles): void {
  // Formatted before the first write, so that an error leaves all files as they were.
  const texts = {
    versions: formatVersions(tables.versions),
    checksums: formatChecksums(tables),
    page: documentVersions(readFileSync(files.page, "utf8"), tables),
  };
  for (const name of ["versions", "checksums", "page"] as const) writeFileSync(files[name], texts[name]);
}
