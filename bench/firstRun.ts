/**
 * Time of a first rehearsal that downloads official releases: `npm run bench:first-run [-- --npm-ci]`, as root; see README.md.
 * A loopback server stands in for the publishers and registries, with what the regular cache holds.
 */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { cpus, homedir } from "node:os";
import { dirname, join } from "node:path";
import { runMain } from "../cli/program";
import { runOrThrow } from "../rehearsal/command";
import { filesFolder, imagesFolder } from "../operations/mirror/destination.plan";
import { parseImageName } from "../operations/mirror/imageName.plan";
import { digestOf } from "../operations/mirror/registry";
import { prepareAssets, preparePrograms } from "../rehearsal/assets";
import { hostArchitecture } from "../rehearsal/assets/architecture";
import { reproducibleTar } from "../rehearsal/assets/dockerArchive";
import { imageConfig, imageManifest } from "../rehearsal/assets/imageConfig";
import { type RehearsalImage, assembleImage, rehearsalImages } from "../rehearsal/assets/images";
import { isOwnImage } from "../rehearsal/assets/releases";
import { componentVersions } from "../components/node/kubernetesVersions.plan";
import { stackSpec } from "../rehearsal/boot";
import { startAssetServer } from "../rehearsal/services/assetServer";

const stack = "staging";
const id = "first-run";
/** Limit in seconds on a machine with two cores. */
const limit = 180;

async function main(): Promise<number> {
  const withNpmCi = process.argv.includes("--npm-ci");
  const { kubernetesVersion } = await stackSpec(stack);
  process.env.HOLDFAST_RELEASES = "none";
  const built = await prepareAssets({
    kubernetesVersion,
    report: (name, state) => {
      if (state === "start") process.stderr.write(`building ${name}\n`);
    },
  });
  // On the disk of the cache: /tmp may be small, or in memory.
  const folder = mkdtempSync(join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "holdfast-first-run-"));
  const server = await startAssetServer({ host: "127.0.0.1", port: 0, directory: join(folder, "mirror") });
  try {
    await fillMirror(join(folder, "mirror"), kubernetesVersion, built);
    const checksums = join(folder, "checksums.txt");
    writeFileSync(
      checksums,
      Object.entries(built.sha256)
        .map(([path, sum]) => `${sum}  ${path}\n`)
        .join(""),
    );
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const clone = withNpmCi ? await cloneTo(join(folder, "clone")) : join(__dirname, "..");
    const env: NodeJS.ProcessEnv = { ...process.env, XDG_CACHE_HOME: join(folder, "cache") };
    delete env.HOLDFAST_RELEASES;

    const started = Date.now();
    const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
    if (withNpmCi) await step(clone, env, "npm", "ci");
    const installed = seconds();
    const options = ["--id", id, "--releases", url, "--checksums", checksums];
    const code = await step(clone, env, process.execPath, "cli/holdfast.cjs", "rehearse", stack, ...options);
    const ready = Number(seconds());
    process.stdout.write(
      `${cpus().length} cores: ${withNpmCi ? `npm ci ${installed} s, ` : ""}Ready after ${ready.toFixed(1)} s (limit ${limit} s)\n`,
    );
    return code === 0 && ready <= limit ? 0 : 1;
  } finally {
    spawnSync(process.execPath, [join(__dirname, "../cli/holdfast.cjs"), "rehearse", "--down", id], {
      stdio: "inherit",
    });
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a command beside the server of this process, with its output on standard error. @returns exit code */
function step(cwd: string, env: NodeJS.ProcessEnv, program: string, ...args: string[]): Promise<number> {
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", 2, 2] });
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("exit", (code) => {
      resolve(code ?? 1);
    });
  });
}

async function cloneTo(folder: string): Promise<string> {
  await runOrThrow(["git", "clone", "--quiet", join(__dirname, ".."), folder]);
  return folder;
}

/** Layout of `holdfast assets mirror --to s3://…`. */
async function fillMirror(
  mirror: string,
  kubernetesVersion: string,
  built: Awaited<ReturnType<typeof prepareAssets>>,
): Promise<void> {
  cpSync(built.mirror, join(mirror, filesFolder), { recursive: true });
  const images = rehearsalImages(componentVersions(kubernetesVersion)).filter(({ name }) => !isOwnImage(name));
  const groups = [...new Set(images.map(({ group }) => group))];
  const programs = await preparePrograms(groups, () => undefined);
  for (const image of images) {
    await addImage(join(mirror, imagesFolder), image, programs[image.group] ?? "", built.image);
  }
}

/** Writes an image with one layer as a static copy of a registry's API. */
async function addImage(api: string, image: RehearsalImage, programs: string, root: string): Promise<void> {
  const { registry, repository, tag = "" } = parseImageName(image.name);
  const place = join(api, registry, repository);
  const work = mkdtempSync(join(dirname(api), "image-"));
  const tree = join(work, "tree");
  const tar = join(work, "layer.tar");
  mkdirSync(tree);
  await assembleImage(image, tree, programs, root);
  await runOrThrow(["tar", ...reproducibleTar, "-C", tree, "-cf", tar, "."]);
  const diffId = digestOf(readFileSync(tar));
  await runOrThrow(["gzip", "--fast", "--no-name", tar]);
  const write = (kind: "blobs" | "manifests", content: Buffer, name = digestOf(content)): string => {
    mkdirSync(join(place, kind), { recursive: true });
    writeFileSync(join(place, kind, name), content);
    return digestOf(content);
  };
  const config = Buffer.from(imageConfig(image, hostArchitecture, [diffId]));
  const layer = readFileSync(`${tar}.gz`);
  const described = { digest: write("blobs", config), size: config.length };
  const manifest = imageManifest(described, [{ digest: write("blobs", layer), size: layer.length }], "tar+gzip");
  write("manifests", Buffer.from(manifest), tag);
  rmSync(work, { recursive: true });
}

runMain(main);
