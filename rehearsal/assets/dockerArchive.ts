import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command";
import { fileSha256 } from "./manifest";

/** What a container of the image starts, and as what it is known. */
export interface ImageDescription {
  /** Full name with tag. */
  readonly name: string;
  readonly entrypoint: readonly string[];
  /** `uid:gid`. Default: root. */
  readonly user?: string;
}

const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** tar's options for an archive that depends on nothing but the files' names, modes and contents. */
export const reproducibleTar = [
  ...["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"],
];

/** The image's configuration in Docker's format, with one layer. */
export function imageConfig(image: ImageDescription, architecture: "amd64" | "arm64", layerSha256: string): string {
  return JSON.stringify({
    architecture,
    os: "linux",
    config: { Env: [`PATH=${searchPath}`], Entrypoint: image.entrypoint, ...(image.user && { User: image.user }) },
    rootfs: { type: "layers", diff_ids: [`sha256:${layerSha256}`] },
    history: [{ created_by: "holdfast rehearsal" }],
  });
}

/** The archive's table of contents, as `docker save` writes it. */
export function archiveManifest(image: ImageDescription, configFile: string): string {
  return JSON.stringify([{ Config: configFile, RepoTags: [image.name], Layers: ["layer.tar"] }]);
}

/**
 * Writes `archive`, a docker archive whose single layer is the folder `tree`. `workspace` is made, used and removed.
 * Returns the digest by which the image is known to a container runtime (`sha256:…` of its configuration).
 */
export async function writeDockerArchive(
  image: ImageDescription,
  options: {
    readonly architecture: "amd64" | "arm64";
    readonly tree: string;
    readonly workspace: string;
    readonly archive: string;
    readonly log?: string;
  },
): Promise<string> {
  const { architecture, tree, workspace, archive } = options;
  const log = options.log === undefined ? {} : { log: options.log };
  mkdirSync(workspace);
  const layer = join(workspace, "layer.tar");
  await run(["tar", ...reproducibleTar, "-C", tree, "-cf", layer, "."], log);
  const config = imageConfig(image, architecture, await fileSha256(layer));
  const digest = createHash("sha256").update(config).digest("hex");
  writeFileSync(join(workspace, `${digest}.json`), config);
  writeFileSync(join(workspace, "manifest.json"), archiveManifest(image, `${digest}.json`));
  await run(["tar", ...reproducibleTar, "-C", workspace, "-cf", `${archive}.part`, "."], log);
  renameSync(`${archive}.part`, archive);
  rmSync(workspace, { recursive: true });
  return `sha256:${digest}`;
}
