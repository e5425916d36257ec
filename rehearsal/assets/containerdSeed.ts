import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Architecture } from "../../components/clusterSpec";
import { isolated, run } from "./command";
import { writeDockerArchive } from "./dockerArchive";
import { type RehearsalImage, assembleImage } from "./images";
import type { Step } from "./store";

export interface SeedOptions {
  readonly images: readonly RehearsalImage[];
  readonly architecture: Architecture;
  /** Build steps of the images' groups by name. */
  readonly groups: ReadonlyMap<string, Step>;
  /** Step of the machines' root tree. */
  readonly root: Step;
  /** Asked which images kubeadm will look for; all must be there. */
  readonly kubernetesVersion: string;
}

/** Namespace and labels by which containerd's CRI plugin knows an image as its own, and as one never to be removed. */
const namespace = "k8s.io";
const managed = "io.cri-containerd.image=managed";
const pinned = "io.cri-containerd.pinned=pinned";

/**
 * A /var/lib/containerd that holds every image, unpacked, as if a node had pulled them. Machines get it by hard links in
 * a fraction of a second; importing the same on each of four machines costs 14 s.
 */
export function containerdSeed(options: SeedOptions): Step {
  const names = [...new Set(["containerd", "kubernetes", ...options.images.map((image) => image.group)])];
  const needs = names.map((name) => group(options, name));
  return {
    name: "images-seed",
    inputs: [4, options.images, options.architecture],
    needs: [...needs, options.root],
    lane: "network",
    async build(context) {
      const work = join(context.directory, ".work");
      mkdirSync(work);
      const root = await context.result(options.root);
      await requireKubeadmImages(options, join(await context.result(group(options, "kubernetes")), "kubeadm"));
      const containerd = await startContainerd(
        await context.result(group(options, "containerd")),
        context.directory,
        context.log,
      );
      try {
        for (const [index, image] of options.images.entries()) {
          const tree = join(work, `tree-${index}`);
          const archive = join(work, `${index}.tar`);
          await assembleImage(image, tree, await context.result(group(options, image.group)), root);
          const { architecture } = options;
          const workspace = join(work, `archive-${index}`);
          const id = await writeDockerArchive(image, { architecture, tree, workspace, archive, log: context.log });
          await containerd.ctr("images", "import", "--snapshotter", "overlayfs", archive);
          // The plugin also keeps a name that is the image's id; where the label is set already it takes that for done.
          await containerd.ctr("images", "tag", image.name, id);
          const labels = image.name.includes("/pause:") ? [managed, pinned] : [managed];
          for (const name of [image.name, id]) await containerd.ctr("images", "label", name, ...labels);
          rmSync(tree, { recursive: true });
          rmSync(archive);
        }
        // The layers are unpacked: their archives would only double the size.
        await containerd.ctr("content", "prune", "references");
      } finally {
        await containerd.stop();
      }
      rmSync(work, { recursive: true });
      // It names one running containerd; every machine makes its own.
      rmSync(join(context.directory, "io.containerd.grpc.v1.introspection"), { recursive: true, force: true });
    },
  };
}

function group(options: SeedOptions, name: string): Step {
  const step = options.groups.get(name);
  if (step === undefined) throw new Error(`no build step called ${name}`);
  return step;
}

async function requireKubeadmImages(options: SeedOptions, kubeadm: string): Promise<void> {
  const version = `v${options.kubernetesVersion}`;
  const listed = await run([kubeadm, "config", "images", "list", "--kubernetes-version", version]);
  const missing = listed
    .trim()
    .split("\n")
    .filter((name) => !options.images.some((image) => image.name === name));
  if (missing.length > 0) throw new Error(`kubeadm ${version} wants images that are not built: ${missing.join(", ")}`);
}

interface Containerd {
  ctr(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** A containerd of our own that serves nothing but images, in mount and process namespaces of its own. */
async function startContainerd(binaries: string, root: string, log: string): Promise<Containerd> {
  const state = mkdtempSync(join(tmpdir(), "hf-seed-"));
  const address = join(state, "containerd.sock");
  const configuration = join(state, "config.toml");
  writeFileSync(
    configuration,
    [
      "version = 3",
      `root = ${JSON.stringify(root)}`,
      `state = ${JSON.stringify(join(state, "state"))}`,
      // These would reach for the host's network settings, its /opt and /var/run.
      'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime",',
      '  "io.containerd.nri.v1.nri", "io.containerd.internal.v1.opt", "io.containerd.internal.v1.tracing"]',
      "[grpc]",
      `address = ${JSON.stringify(address)}`,
      "[ttrpc]",
      `address = ${JSON.stringify(`${address}.ttrpc`)}`,
    ].join("\n"),
  );
  const output = openSync(log, "a");
  const [command = "", ...args] = isolated([join(binaries, "containerd"), "--config", configuration]);
  const child: ChildProcess = spawn("setpriv", ["--pdeathsig", "KILL", "--", command, ...args], {
    stdio: ["ignore", output, output],
  });
  closeSync(output);
  const ended = once(child, "exit");
  const ctr = (...words: string[]): Promise<string> =>
    run([join(binaries, "ctr"), "--address", address, "--namespace", namespace, ...words], { log });
  const stop = async (): Promise<void> => {
    // The signal must reach containerd itself, which is PID 1 of its namespace and shuts down cleanly on SIGTERM.
    const inner = await run(["pgrep", "--parent", String(child.pid)]).catch(() => "");
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
