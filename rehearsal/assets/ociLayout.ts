/** Reads images in the OCI image layout of a directory mirror. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { type LayoutEntry, blobFile, imageNameKey } from "../../operations/mirror/directory";
import { build } from "../command";

interface ImageManifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
}

/** Manifest of an image in an OCI image layout. @throws if the layout does not have it */
async function manifestOf(layout: string, name: string): Promise<ImageManifest> {
  const { manifests } = JSON.parse(await readFile(join(layout, "index.json"), "utf8")) as {
    readonly manifests: readonly LayoutEntry[];
  };
  const entry = manifests.find(({ annotations }) => annotations[imageNameKey] === name);
  if (entry === undefined) throw new Error(`${layout} has no image ${name}`);
  return JSON.parse(await readFile(blobFile(layout, entry.digest), "utf8")) as ImageManifest;
}

/** Id of an image for container runtimes: the digest of its configuration. */
export const imageId = async (layout: string, name: string): Promise<string> =>
  (await manifestOf(layout, name)).config.digest;

/** Takes a program from the newest layer of an image that has it. @throws if no layer has it */
export async function extractFromImage(layout: string, name: string, program: string, target: string): Promise<void> {
  const { layers } = await manifestOf(layout, name);
  for (const { digest } of [...layers].reverse()) {
    const archive = blobFile(layout, digest);
    const entries = (await build(["tar", "-tf", archive])).split("\n");
    const entry = entries.find((each) => basename(each) === program && !each.endsWith("/"));
    if (entry === undefined) continue;
    const depth = entry.replace(/^\.\//, "").split("/").length - 1 + (entry.startsWith("./") ? 1 : 0);
    await build(["tar", "-C", target, `--strip-components=${depth}`, "--no-same-owner", "-xf", archive, entry]);
    return;
  }
  throw new Error(`the image ${name} has no program ${program}`);
}
