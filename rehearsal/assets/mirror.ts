import { copyFileSync, linkSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Architecture } from "../../components/settings/instanceTypes";
import { type Asset, releaseAssets } from "../../components/node/assets.plan";
import { type ComponentVersions } from "../../components/node/kubernetesVersions.plan";
import { build } from "../command";
import { reproducibleTar } from "./dockerArchive";
import type { BuildContext, Step } from "./store";

/** Build group that provides the files of each asset. */
const groupOf: Readonly<Record<Asset["name"], string>> = {
  kubelet: "kubernetes",
  kubeadm: "kubernetes",
  kubectl: "kubernetes",
  etcd: "etcd",
  containerd: "containerd",
  runc: "runc",
  "cni-plugins": "cni",
};

/** Build step of the asset mirror: every asset of a release under its path, packed like the publisher's. */
export function assetMirror(
  versions: ComponentVersions,
  architecture: Architecture,
  groups: ReadonlyMap<string, Step>,
): Step {
  const assets = releaseAssets(versions, architecture);
  const layout = assets.map(({ name, path, binary, members }) => ({ name, path, binary, members }));
  const needs = [...new Set(Object.values(groupOf))].flatMap((name) => groups.get(name) ?? []);
  return {
    name: "mirror",
    inputs: [1, layout],
    needs,
    lane: "network",
    async build(context) {
      for (const asset of assets) {
        const step = groups.get(groupOf[asset.name]);
        if (step === undefined) throw new Error(`unknown build step for asset ${asset.name}`);
        await writeAsset(asset, await context.result(step), context);
      }
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
