/** Compares the version tables with the publishers' releases, and updates them. */
import { compare, gt } from "semver";

import { type Asset, assetsOf } from "../../components/node/assets.plan";
import { minorOf } from "../../components/node/kubernetesVersions.plan";
import type { ComponentVersions } from "../../components/node/kubernetesVersions.plan";
import { type Component, type Publishers, RefusedChecksum, projects } from "./publishers";
import type { Tables } from "./tables";

/** Rows that `--update` accepts. */
export type Row = "kubernetes" | Component;
export const components = Object.keys(projects) as readonly Component[];

/** Version in the table, and the newest one of its minor. */
export interface RowStatus {
  readonly row: Row;
  /** Kubernetes minors that have this version. */
  readonly minors: readonly string[];
  readonly current: string;
  readonly newest: string;
}

export interface Status {
  readonly rows: readonly RowStatus[];
  /** Newest Kubernetes release of all. */
  readonly newestKubernetes: string;
}

export const isOutdated = ({ current, newest }: RowStatus): boolean => gt(newest, current);

export async function fetchStatus(tables: Tables, publishers: Publishers): Promise<Status> {
  const minors = Object.keys(tables.versions);
  const [newestKubernetes, kubernetes, ...others] = await Promise.all([
    publishers.newestKubernetes(),
    Promise.all(minors.map((minor) => kubernetesStatus(tables, minor, publishers))),
    ...components.map((component) => componentStatus(tables, component, publishers)),
  ]);
  return { rows: [...kubernetes, ...others.flat()], newestKubernetes };
}

async function kubernetesStatus({ kubernetes }: Tables, minor: string, publishers: Publishers): Promise<RowStatus> {
  const current = newestOf(kubernetes, minor) ?? `${minor}.0`;
  return { row: "kubernetes", minors: [minor], current, newest: await publishers.newestKubernetes(minor) };
}

const newestOf = (versions: readonly string[], minor: string): string | undefined =>
  versions
    .filter((version) => minorOf(version) === minor)
    .sort(compare)
    .at(-1);

/** One row for each version of the component. */
async function componentStatus({ versions }: Tables, row: Component, publishers: Publishers): Promise<RowStatus[]> {
  const releases = await publishers.releasesOf(row);
  const rows = new Map<string, RowStatus>();
  for (const [minor, { [row]: current }] of Object.entries(versions)) {
    const ofKubernetes = projects[row].followsKubernetes ? newestOf(releases, minor) : undefined;
    const newest = ofKubernetes ?? newestOf(releases, minorOf(current)) ?? current;
    const key = `${current} ${newest}`;
    rows.set(key, { row, minors: [...(rows.get(key)?.minors ?? []), minor], current, newest });
  }
  return [...rows.values()];
}

/**
 * Tables with the newest patch releases of the outdated rows. A new version of Kubernetes is added; a new version of a component
 * replaces the former one.
 * @throws RefusedChecksum with all problems
 */
export async function updateTables(
  tables: Tables,
  outdated: readonly RowStatus[],
  publishers: Publishers,
): Promise<Tables> {
  const versions = Object.fromEntries(
    Object.entries(tables.versions).map(([minor, before]) => {
      const changed = outdated.filter(({ row, minors }) => row !== "kubernetes" && minors.includes(minor));
      return [minor, { ...before, ...Object.fromEntries(changed.map(({ row, newest }) => [row, newest])) }];
    }),
  );
  const added = outdated.flatMap(({ row, newest }) => (row === "kubernetes" ? newest : []));
  const kubernetes = [...tables.kubernetes, ...added].sort(compare);
  const unknown = assetsIn({ ...tables, versions, kubernetes }).filter(
    ({ asset }) => !tables.checksums.has(asset.path),
  );
  const found = await fetchAll(unknown, ({ asset, set }) => publishers.confirmedChecksum(asset, set));
  return { versions, kubernetes, checksums: new Map([...tables.checksums, ...found]) };
}

/**
 * Differences between the checksums of the tables and the publishers'.
 * @throws RefusedChecksum with the assets whose publisher's statements differ
 */
export async function verifyTables(tables: Tables, publishers: Publishers): Promise<readonly string[]> {
  const published = await fetchAll(assetsIn(tables), ({ asset, set }) =>
    asset.path.startsWith("kubernetes/") ? publishers.statedChecksum(asset) : publishers.releaseChecksum(asset, set),
  );
  return [...published].flatMap(([path, sum]) => {
    const known = tables.checksums.get(path) ?? "none";
    return known === sum ? [] : [`${path}: the table has ${known}, but the publisher has ${sum}`];
  });
}

interface AssetOf {
  readonly asset: Asset;
  readonly set: ComponentVersions;
}

/** Assets of all versions, each once. */
function assetsIn({ versions, kubernetes }: Tables): readonly AssetOf[] {
  const all = kubernetes.flatMap((version) => {
    const others = versions[minorOf(version)];
    const set = others && { kubernetes: version, ...others };
    return set === undefined ? [] : assetsOf(set).map((asset) => [asset.path, { asset, set }] as const);
  });
  return [...new Map(all).values()];
}

/** Downloads at a time. */
const parallel = 4;

/** Checksums by path. @throws RefusedChecksum with all refused assets; other errors at once */
async function fetchAll(
  assets: readonly AssetOf[],
  fetchOne: (asset: AssetOf) => Promise<string>,
): Promise<ReadonlyMap<string, string>> {
  const sums = new Map<string, string>();
  const refused: string[] = [];
  const left = [...assets];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      try {
        sums.set(next.asset.path, await fetchOne(next));
      } catch (error) {
        if (!(error instanceof RefusedChecksum)) throw error;
        refused.push(error.message);
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  if (refused.length > 0) throw new RefusedChecksum(refused.sort().join("\n"));
  return sums;
}
