import { cpSync, linkSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ComponentVersions } from "../../components/node/kubernetesVersions.plan";
import { cloudControllerImage, cloudControllerVersion } from "../../components/addons/cloudController/version.plan";
import { image as metricsServerImage } from "../../components/addons/metricsServer/server.plan";
import { cniPluginImage, image as flannelImage } from "../../components/addons/podNetwork/flannel.plan";
import { build } from "../command";
import type { ImageDescription } from "./dockerArchive";
import { groupOf } from "./goModules";

/** Container image of programs that the rehearsal builds. */
export interface RehearsalImage extends ImageDescription {
  /** Group of `goModules.ts` that the programs come from. */
  readonly group: string;
  /** Paths of the programs in the image. */
  readonly programs: readonly string[];
  /** Folder in the result of the group whose files the image has besides. */
  readonly tree?: string;
  /** Programs of the machines' root that are copied into the image with their libraries. */
  readonly system?: readonly string[];
}

/** Multi-call binary of iptables. */
const iptables = "/usr/sbin/xtables-nft-multi";

/** Test workload: answers HTTP on port 8080 with the name of its pod; modules/images/echo has its options. */
export const echoImage = "rehearsal.local/echo:1";

/** Client of the test workload: sends requests at a constant rate; modules/images/load has its options. */
export const loadImage = "rehearsal.local/load:1";

/** Images that a rehearsed node has before it joins, under the names that kubeadm and the add-ons use. */
export function rehearsalImages(versions: ComponentVersions): readonly RehearsalImage[] {
  const unprivileged = { user: "65535:65535" };
  const copy = "/usr/bin/cp";
  const kubernetes = (name: string, system?: readonly string[]): RehearsalImage =>
    image(
      `registry.k8s.io/${name}:v${versions.kubernetes}`,
      groupOf("kubernetes", versions.kubernetes),
      [`/usr/local/bin/${name}`],
      { system },
    );
  const coreDns = groupOf("coredns", versions.coredns);
  const cloudController = groupOf("cloud-controller", cloudControllerVersion(versions.kubernetes));
  const etcd = ["/usr/local/bin/etcd", "/usr/local/bin/etcdctl", "/usr/local/bin/etcdutl"];
  return [
    kubernetes("kube-apiserver"),
    kubernetes("kube-controller-manager"),
    kubernetes("kube-scheduler"),
    kubernetes("kube-proxy", [iptables, "/usr/sbin/nft", "/usr/sbin/conntrack"]),
    image(`registry.k8s.io/coredns/coredns:v${versions.coredns}`, coreDns, ["/coredns"]),
    image(`registry.k8s.io/pause:${versions.pause}`, "images", ["/pause"], unprivileged),
    // Only the plain kubeadm cluster of the benchmark runs etcd as a pod.
    image(`registry.k8s.io/etcd:${versions.etcd}-0`, groupOf("etcd", versions.etcd), etcd),
    image(flannelImage, "flannel", ["/opt/bin/flanneld"], { system: [iptables, copy] }),
    image(cniPluginImage, "flannel-cni", ["/flannel"], { system: [copy] }),
    image(cloudControllerImage(versions.kubernetes), cloudController, ["/bin/aws-cloud-controller-manager"]),
    image(metricsServerImage, "metrics-server", ["/metrics-server"]),
    image(echoImage, "images", ["/echo"], unprivileged),
    image(loadImage, "images", ["/load"], unprivileged),
  ];
}

/** Image whose entry point is the first program. The order of the fields is part of the cache key. */
function image(
  name: string,
  group: string,
  programs: readonly string[],
  { user, system }: Pick<RehearsalImage, "user" | "system"> = {},
): RehearsalImage {
  return { name, entrypoint: programs.slice(0, 1), user, group, programs, system };
}

/** Fills `tree` with an image's files. `built`: folder of the group's programs; `root`: root tree of the machines. */
export async function assembleImage(image: RehearsalImage, tree: string, built: string, root: string): Promise<void> {
  if (image.tree !== undefined) await build(["cp", "--archive", "--link", join(built, image.tree), tree]);
  for (const folder of ["etc", "run", "tmp", "var"]) mkdirSync(join(tree, folder), { recursive: true });
  for (const path of image.programs) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    linkSync(join(built, basename(path)), join(tree, path));
  }
  if (image.system !== undefined) await copySystemPrograms(image.system, tree, root);
}

const iptablesNames = ["iptables", "ip6tables"].flatMap((name) => [name, `${name}-save`, `${name}-restore`]);

/** Copies programs with their libraries, and for iptables also its other names and its modules. */
async function copySystemPrograms(programs: readonly string[], tree: string, root: string): Promise<void> {
  const linked = await build(["chroot", root, "ldd", ...programs]);
  const libraries = [...linked.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map((match) => match[1] ?? "");
  const loader = libraries.find((path) => basename(path) === "libc.so.6") ?? "";
  // Loaded by iptables' modules at run time, so ldd does not list it.
  const mathematics = programs.includes(iptables) ? [join(dirname(loader), "libm.so.6")] : [];
  for (const path of new Set([...programs, ...libraries, ...mathematics])) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    // Library paths are links; the image gets the file under the name that programs ask for.
    cpSync(join(root, path), join(tree, path), { dereference: true });
  }
  if (!programs.includes(iptables)) return;
  const modules = join(dirname(loader).replace(/^\/lib\//, "/usr/lib/"), "xtables");
  mkdirSync(dirname(join(tree, modules)), { recursive: true });
  await build(["cp", "--archive", join(root, modules), dirname(join(tree, modules))]);
  for (const name of iptablesNames) symlinkSync("xtables-nft-multi", join(tree, "usr/sbin", name));
}
