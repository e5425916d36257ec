import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Architecture } from "../../components/settings/instanceTypes";
import { build, killedWithParent } from "../command";
import { writeDockerArchive } from "./dockerArchive";
import { groupOf } from "./goModules";
import { type RehearsalImage, assembleImage } from "./images";
import { imageId } from "./ociLayout";
import { type ReleaseSteps, isOwnImage, programFolder } from "./releases";
import type { BuildContext, Step } from "./store";

export interface SeedOptions {
  readonly images: readonly RehearsalImage[];
  readonly architecture: Architecture;
  /** Build steps of the images' groups by name. */
  readonly groups: ReadonlyMap<string, Step>;
  /** Step of the machines' root tree. */
  readonly root: Step;
  /** Kubernetes versions whose kubeadm images must all be present. */
  readonly kubernetesVersions: readonly string[];
  /** Official images and programs, and the version of containerd. Default: all are built. */
  readonly releases?: Pick<ReleaseSteps, "images" | "programs"> & { readonly containerd: string };
}

/** Programs and images of a kind of software. */
interface SeedSource {
  /** Images that are assembled from built programs. */
  readonly assembled: readonly RehearsalImage[];
  readonly needs: readonly Step[];
  /** Folder of containerd and ctr. */
  containerd(context: BuildContext): Promise<string>;
  kubeadm(context: BuildContext, kubernetesVersion: string): Promise<string>;
}

function builtSource(options: SeedOptions): SeedSource {
  const { images, kubernetesVersions, root } = options;
  const kubernetes = kubernetesVersions.map((version) => groupOf("kubernetes", version));
  const names = [...new Set(["containerd", ...kubernetes, ...images.map((image) => image.group)])];
  return {
    assembled: images,
    needs: [...names.map((name) => group(options, name)), root],
    containerd: (context) => context.result(group(options, "containerd")),
    kubeadm: async (context, version) =>
      join(await context.result(group(options, groupOf("kubernetes", version))), "kubeadm"),
  };
}

function releasedSource(options: SeedOptions, releases: NonNullable<SeedOptions["releases"]>): SeedSource {
  const assembled = options.images.filter(({ name }) => isOwnImage(name));
  const groups = [...new Set(assembled.map((image) => image.group))].map((name) => group(options, name));
  return {
    assembled,
    needs: [releases.images, releases.programs, ...groups],
    containerd: async (context) =>
      join(await context.result(releases.programs), programFolder("containerd", releases.containerd)),
    kubeadm: async (context, version) =>
      join(await context.result(releases.programs), programFolder("kubernetes", version), "kubeadm"),
  };
}

/** Namespace and labels by which containerd's CRI plugin recognizes its own images, and those that it never removes. */
const namespace = "k8s.io";
const managed = "io.cri-containerd.image=managed";
const pinned = "io.cri-containerd.pinned=pinned";

/**
 * Build step of a /var/lib/containerd with every image unpacked. Machines hard-link it in a fraction of a second; an import
 * on each of four machines takes 14 s.
 */
export function containerdSeed(options: SeedOptions): Step {
  const { images, architecture, releases } = options;
  const source = releases === undefined ? builtSource(options) : releasedSource(options, releases);
  return {
    name: "images-seed",
    inputs: [4, images, architecture],
    needs: source.needs,
    lane: "network",
    async build(context) {
      const work = join(context.directory, ".work");
      mkdirSync(work);
      for (const version of options.kubernetesVersions) {
        await checkKubeadmImages(images, version, await source.kubeadm(context, version));
      }
      const containerd = await startContainerd(await source.containerd(context), context.directory, context.log);
      const setLabels = async (name: string, id: string): Promise<void> => {
        // The plugin also tags each image with its id, but skips that for an image that has the label.
        await containerd.ctr("images", "tag", name, id);
        const labels = name.includes("/pause:") ? [managed, pinned] : [managed];
        for (const each of [name, id]) await containerd.ctr("images", "label", each, ...labels);
      };
      try {
        if (releases !== undefined) {
          const layout = join(await context.result(releases.images), "images");
          const archive = join(work, "released.tar");
          await build(["tar", "-C", layout, "-cf", archive, "."], { log: context.log });
          await containerd.ctr("images", "import", "--snapshotter", "overlayfs", archive);
          rmSync(archive);
          for (const { name } of images.filter((image) => !isOwnImage(image.name))) {
            await setLabels(name, await imageId(layout, name));
          }
        }
        // The images of released software need no root: they have no programs of the machines.
        const root = releases === undefined ? await context.result(options.root) : "";
        for (const [index, image] of source.assembled.entries()) {
          const tree = join(work, `tree-${index}`);
          const archive = join(work, `${index}.tar`);
          await assembleImage(image, tree, await context.result(group(options, image.group)), root);
          const workspace = join(work, `archive-${index}`);
          const id = await writeDockerArchive(image, { architecture, tree, workspace, archive, log: context.log });
          await containerd.ctr("images", "import", "--snapshotter", "overlayfs", archive);
          await setLabels(image.name, id);
          rmSync(tree, { recursive: true });
          rmSync(archive);
        }
        // The layers are unpacked: their archives would double the size.
        await containerd.ctr("content", "prune", "references");
      } finally {
        await containerd.stop();
      }
      rmSync(work, { recursive: true });
      // This file identifies one running containerd; every machine creates its own.
      rmSync(join(context.directory, "io.containerd.grpc.v1.introspection"), { recursive: true, force: true });
    },
  };
}

function group(options: SeedOptions, name: string): Step {
  const step = options.groups.get(name);
  if (step === undefined) throw new Error(`unknown build step ${name}`);
  return step;
}

async function checkKubeadmImages(
  images: readonly RehearsalImage[],
  kubernetesVersion: string,
  kubeadm: string,
): Promise<void> {
  const version = `v${kubernetesVersion}`;
  const listed = await build([kubeadm, "config", "images", "list", "--kubernetes-version", version]);
  const missing = listed
    .trim()
    .split("\n")
    // Members run etcd as a program, of the version in versions.json.
    .filter((name) => !name.includes("/etcd:"))
    .filter((name) => !images.some((image) => image.name === name));
  if (missing.length > 0) throw new Error(`kubeadm ${version} needs images that are not built: ${missing.join(", ")}`);
}

interface Containerd {
  ctr(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Starts a containerd that only serves images, in its own mount and process namespaces. */
export async function startContainerd(binaries: string, root: string, log: string): Promise<Containerd> {
  const state = mkdtempSync(join(tmpdir(), "hf-seed-"));
  const address = join(state, "containerd.sock");
  const configuration = join(state, "config.toml");
  writeFileSync(
    configuration,
    [
      "version = 3",
      `root = ${JSON.stringify(root)}`,
      `state = ${JSON.stringify(join(state, "state"))}`,
      // These plugins use the host's network settings, /opt and /var/run.
      'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime",',
      '  "io.containerd.nri.v1.nri", "io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing"]',
      "[grpc]",
      `address = ${JSON.stringify(address)}`,
      "[ttrpc]",
      `address = ${JSON.stringify(`${address}.ttrpc`)}`,
    ].join("\n"),
  );
  const output = openSync(log, "a");
  const [command = "", ...args] = [
    ...killedWithParent,
    ...isolated([join(binaries, "containerd"), "--config", configuration]),
  ];
  const child: ChildProcess = spawn(command, args, { stdio: ["ignore", output, output] });
  closeSync(output);
  const ended = once(child, "exit");
  const ctr = (...words: string[]): Promise<string> =>
    build([join(binaries, "ctr"), "--address", address, "--namespace", namespace, ...words], { log });
  const stop = async (): Promise<void> => {
    // The signal must reach containerd itself: PID 1 of its namespace, which shuts down cleanly on SIGTERM.
    const inner = await build(["pgrep", "--parent", String(child.pid)]).catch(() => "");
    for (const pid of inner.trim().split("\n").filter(Boolean)) process.kill(Number(pid), "SIGTERM");
    await Promise.race([ended, sleep(10_000).then(() => child.kill("SIGKILL"))]);
    await ended;
    rmSync(state, { recursive: true, force: true });
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      await ctr("version");
      return { ctr, stop };
    } catch (error) {
      if (attempt >= 50 || child.exitCode !== null) {
        await stop();
        throw error;
      }
      await sleep(200);
    }
  }
}

/** Puts a command into its own mount and process namespaces: its mounts and children end with it. */
export function isolated(argv: readonly string[]): string[] {
  const options = ["--mount", "--propagation", "private", "--pid", "--mount-proc", "--fork", "--kill-child"];
  return ["unshare", ...options, "--", ...argv];
}
