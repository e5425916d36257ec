import { cpSync, linkSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ComponentVersions } from "../../components/node/kubernetesVersions.plan";
import { cloudControllerImage, images as platformImages } from "../../components/addons/shared/images.plan";
import { run } from "./command";
import type { ImageDescription } from "./dockerArchive";

/** A container image of programs that were built here. */
export interface RehearsalImage extends ImageDescription {
  /** Group of `goModules.ts` that the programs come from. */
  readonly group: string;
  /** Where in the image each program goes. */
  readonly programs: readonly string[];
  /** Programs of the machines' root that go into the image with their libraries. */
  readonly system?: readonly string[];
}

/** One program by several names. */
const iptables = "/usr/sbin/xtables-nft-multi";

/** A workload for tests: answers HTTP on port 8080 with the name of its pod. */
export const echoImage = "rehearsal.local/echo:1";

/** Every image that a rehearsal's nodes have before they join, under the names that kubeadm gives them. */
export function rehearsalImages(versions: ComponentVersions): readonly RehearsalImage[] {
  const kubernetes = (name: string): RehearsalImage => ({
    name: `registry.k8s.io/${name}:v${versions.kubernetes}`,
    entrypoint: [`/usr/local/bin/${name}`],
    group: "kubernetes",
    programs: [`/usr/local/bin/${name}`],
  });
  return [
    kubernetes("kube-apiserver"),
    kubernetes("kube-controller-manager"),
    kubernetes("kube-scheduler"),
    { ...kubernetes("kube-proxy"), system: [iptables, "/usr/sbin/nft", "/usr/sbin/conntrack"] },
    {
      name: `registry.k8s.io/coredns/coredns:v${versions.coredns}`,
      entrypoint: ["/coredns"],
      group: "coredns",
      programs: ["/coredns"],
    },
    // kubeadm insists on a pause image of its own version; any process that reaps and waits will do.
    {
      name: `registry.k8s.io/pause:${versions.pause}`,
      entrypoint: ["/pause"],
      user: "65535:65535",
      group: "images",
      programs: ["/pause"],
    },
    // A cluster of ours runs etcd as a unit; the plain kubeadm cluster that the bench compares with runs it as a pod.
    {
      name: `registry.k8s.io/etcd:${versions.etcd}-0`,
      entrypoint: ["/usr/local/bin/etcd"],
      group: "etcd",
      programs: ["/usr/local/bin/etcd", "/usr/local/bin/etcdctl", "/usr/local/bin/etcdutl"],
    },
    ...builtPlatformImages(versions),
    { name: echoImage, entrypoint: ["/echo"], user: "65535:65535", group: "images", programs: ["/echo"] },
  ];
}

/** Parts of the platform whose modules can be had, under their publishers' names. */
function builtPlatformImages({ kubernetes }: ComponentVersions): readonly RehearsalImage[] {
  const one = (name: string, group: string, program: string): RehearsalImage => ({
    name,
    entrypoint: [program],
    group,
    programs: [program],
  });
  const copy = "/usr/bin/cp";
  return [
    { ...one(platformImages.flannel, "flannel", "/opt/bin/flanneld"), system: [iptables, copy] },
    { ...one(platformImages.flannelCni, "flannel-cni", "/flannel"), system: [copy] },
    one(cloudControllerImage(kubernetes), "cloud-controller", "/bin/aws-cloud-controller-manager"),
    one(platformImages.metricsServer, "metrics-server", "/metrics-server"),
  ];
}

/** Fills `tree` with an image's files. `built`: folder of the group's programs; `root`: the machines' root tree. */
export async function assembleImage(image: RehearsalImage, tree: string, built: string, root: string): Promise<void> {
  for (const folder of ["etc", "run", "tmp", "var"]) mkdirSync(join(tree, folder), { recursive: true });
  for (const path of image.programs) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    linkSync(join(built, basename(path)), join(tree, path));
  }
  if (image.system !== undefined) await copySystemPrograms(image.system, tree, root);
}

const iptablesNames = [
  "iptables",
  "iptables-save",
  "iptables-restore",
  "ip6tables",
  "ip6tables-save",
  "ip6tables-restore",
];

/** Programs, the libraries that they are linked with, and for iptables its names and the modules that it loads. */
async function copySystemPrograms(programs: readonly string[], tree: string, root: string): Promise<void> {
  const linked = await run(["chroot", root, "ldd", ...programs]);
  const libraries = [...linked.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map((match) => match[1] ?? "");
  const loader = libraries.find((path) => basename(path) === "libc.so.6") ?? "";
  // ldd does not see it: iptables' modules load it themselves.
  const mathematics = programs.includes(iptables) ? [join(dirname(loader), "libm.so.6")] : [];
  for (const path of new Set([...programs, ...libraries, ...mathematics])) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    // Libraries are reached through links; the image gets the file under the name that is asked for.
    cpSync(join(root, path), join(tree, path), { dereference: true });
  }
  if (!programs.includes(iptables)) return;
  const modules = join(dirname(loader).replace(/^\/lib\//, "/usr/lib/"), "xtables");
  await run(["cp", "--archive", join(root, modules), await parentOf(join(tree, modules))]);
  for (const name of iptablesNames) symlinkSync("xtables-nft-multi", join(tree, "usr/sbin", name));
}

async function parentOf(path: string): Promise<string> {
  await run(["mkdir", "--parents", dirname(path)]);
  return dirname(path);
}
