import { copyFileSync, linkSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Architecture } from "../../components/settings/instanceTypes";
import { type Asset, releaseAssets } from "../../components/node/assets.plan";
import { type ComponentVersions } from "../../components/node/kubernetesVersions.plan";
import { build } from "../command";
import { reproducibleTar } from "./dockerArchive";
import { groupOf } from "./goModules";
import type { BuildContext, Step } from "./store";

/** Build group that provides the files of an asset. */
function groupOfAsset(name: Asset["name"], versions: ComponentVersions): string {
  switch (name) {
    case "kubelet":
    case "kubeadm":
    case "kubectl":
      return groupOf("kubernetes", versions.kubernetes);
    case "etcd":
      return groupOf("etcd", versions.etcd);
    case "cni-plugins":
      return "cni";
    default:
      return name;
  }
}

/**
 * Build step of the asset mirror: every asset of the releases under its path, packed like the publisher's.
 * @param releases versions of the Kubernetes releases, which may share assets.
 */
export function assetMirror(
  releases: readonly ComponentVersions[],
  architecture: Architecture,
  groups: ReadonlyMap<string, Step>,
): Step {
  const assets = new Map(
    releases.flatMap((versions) =>
      releaseAssets(versions, architecture).map((asset) => {
        const step = groups.get(groupOfAsset(asset.name, versions));
        if (step === undefined) throw new Error(`unknown build step for asset ${asset.name}`);
        return [asset.path, { asset, step }] as const;
      }),
    ),
  );
  const layout = [...assets.values()].map(({ asset }) => {
    const { name, path, binary, members } = asset;
    return { name, path, binary, members };
  });
  return {
    name: "mirror",
    inputs: [1, layout],
    needs: [...new Set([...assets.values()].map(({ step }) => step))],
    lane: "network",
    async build(context) {
      for (const { asset, step } of assets.values()) await writeAsset(asset, await context.result(step), context);
    },
  };
}

async function writeAsset(asset: Asset, built: string, context: BuildContext): Promise<void> {
  const file = join(context.directory, asset.path);
  mkdirSync(dirname(file), { recursive: true });
  if (asset.members === undefined) {
    copyFileSync(join(built, asset.binary ?? asset.name), file);
    return;
  }
  const tree = join(context.directory, ".tree");
  for (const member of asset.members === "*" ? readdirSync(built) : asset.members) {
    mkdirSync(dirname(join(tree, member)), { recursive: true });
    linkSync(join(built, member.split("/").at(-1) ?? member), join(tree, member));
  }
  // Packed once and unpacked by every machine on a shared processor: low compression is fastest overall.
  const compress = ["--use-compress-program", "gzip --no-name --fast"];
  // Publishers' archives list whole folders with a leading `./`, single files without.
  const contents = asset.members === "*" ? ["."] : readdirSync(tree);
  await build(["tar", ...reproducibleTar, ...compress, "-C", tree, "-cf", file, ...contents], { log: context.log });
  rmSync(tree, { recursive: true });
}
