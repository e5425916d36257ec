import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "../command";
import { imageConfig } from "./imageConfig";
import { fileSha256 } from "./manifest";

/** Name and entry point of a container image. */
export interface ImageDescription {
  /** Full name with tag. */
  readonly name: string;
  readonly entrypoint: readonly string[];
  /** `uid:gid`. Default: root. */
  readonly user?: string;
}

/** tar options for an archive that depends only on the names, modes and contents of the files. */
export const reproducibleTar = [
  "--sort=name",
  "--mtime=@0",
  "--owner=0",
  "--group=0",
  "--numeric-owner",
  "--format=gnu",
];

/**
 * Writes `archive`, a Docker archive with the folder `tree` as its only layer. Creates and removes the folder `workspace`.
 * @returns the image's id for container runtimes: the digest of its configuration (`sha256:…`)
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
  const { architecture, tree, workspace, archive, log } = options;
  mkdirSync(workspace);
  const layer = join(workspace, "layer.tar");
  await build(["tar", ...reproducibleTar, "-C", tree, "-cf", layer, "."], { log });
  const config = imageConfig(image, architecture, [`sha256:${await fileSha256(layer)}`]);
  const digest = createHash("sha256").update(config).digest("hex");
  writeFileSync(join(workspace, `${digest}.json`), config);
  const manifest = [{ Config: `${digest}.json`, RepoTags: [image.name], Layers: ["layer.tar"] }];
  writeFileSync(join(workspace, "manifest.json"), JSON.stringify(manifest));
  await build(["tar", ...reproducibleTar, "-C", workspace, "-cf", `${archive}.part`, "."], { log });
  renameSync(`${archive}.part`, archive);
  rmSync(workspace, { recursive: true });
  return `sha256:${digest}`;
}
