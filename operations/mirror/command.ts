/** `holdfast assets mirror`: lists what a mirror of a stack needs, and fills one. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { S3Client } from "@aws-sdk/client-s3";
import { stringify } from "yaml";

import { alignColumns } from "../../cli/columns";
import { UsageError, messageOf, printJson, printLines } from "../../cli/program";
import { registriesOf } from "../../components/addons/shared/images.plan";
import type { ClusterSpec } from "../../components/clusterSpec";
import { readClusterSpec } from "../stack";
import { BucketMirror } from "./bucket";
import { chartImages } from "./charts";
import { type MirrorContents, mirrorContents } from "./contents.plan";
import type { ImageStore } from "./copyImage";
import { type Destination, mirrorSettings, parseDestination } from "./destination.plan";
import { DirectoryMirror } from "./directory";
import { type FileStore, type Sources, mirrorFiles, mirrorImages } from "./mirror";
import { RegistryMirror } from "./targetRegistry";

export interface MirrorOptions {
  readonly list?: boolean | undefined;
  readonly to?: string | undefined;
  readonly only?: "files" | "images" | undefined;
  readonly skipCharts?: boolean | undefined;
  /** Root of a mirror in a bucket, to copy from. */
  readonly from?: string | undefined;
  readonly json?: boolean | undefined;
}

/** @throws UsageError without --list and --to, or for a destination that is neither a directory, a bucket nor a registry */
export async function runMirror(stack: string, options: MirrorOptions): Promise<number> {
  if (options.list !== true && options.to === undefined) {
    throw new UsageError("add --list, or --to with a directory, s3://<bucket>/<prefix> or <registry>/<prefix>");
  }
  const destination = options.to === undefined ? undefined : destinationOf(options.to);
  const spec = readClusterSpec(stack);
  const contents = await contentsOf(stack, spec, options);
  if (destination === undefined) {
    const { files, images } = contents;
    return options.json === true ? printJson({ files, images }) : printLines(describeContents(contents));
  }
  return fill(destination, spec, contents, options);
}

function destinationOf(text: string): Destination {
  try {
    return parseDestination(text);
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** Contents without charts: their images are among the images. */
async function contentsOf(
  stack: string,
  spec: ClusterSpec,
  { only, skipCharts }: MirrorOptions,
): Promise<Omit<MirrorContents, "charts">> {
  const { files, images, charts } = mirrorContents(spec);
  if (only === "files") return { files, images: [] };
  if (skipCharts === true) {
    for (const { chart, version } of charts) {
      process.stderr.write(`warning: the images of the chart ${chart} ${version} are missing (--skip-charts)\n`);
    }
  }
  const ofCharts = charts.length === 0 || skipCharts === true ? [] : await chartImages(stack, spec.kubernetesVersion);
  return { files: only === "images" ? [] : files, images: [...new Set([...images, ...ofCharts])].sort() };
}

const describeContents = ({ files, images }: Omit<MirrorContents, "charts">): string[] => [
  ...(files.length === 0
    ? []
    : [`Files: ${files.length}`, ...alignColumns(files.map(({ path, url }) => [`  ${path}`, url]))]),
  ...(images.length === 0 ? [] : [`Images: ${images.length}`, ...images.map((image) => `  ${image}`)]),
];

async function fill(
  destination: Destination,
  spec: ClusterSpec,
  { files, images }: Omit<MirrorContents, "charts">,
  options: MirrorOptions,
): Promise<number> {
  if (destination.kind === "registry" && options.only === "files") {
    throw new UsageError(
      "a registry holds images only; remove --only files, or write a directory or s3://<bucket>/<prefix>",
    );
  }
  const folder = mkdtempSync(join(tmpdir(), "holdfast-mirror-"));
  const sources: Sources = { mirror: options.from };
  try {
    const store = openStore(destination, spec.region, folder);
    const copiedBytes = isFileStore(store) ? await mirrorFiles(files, store, sources, reportProgress) : 0;
    const copied = await mirrorImages(images, store, sources, folder, reportProgress);
    const settings = mirrorSettings(destination, spec.region, registriesOf(images));
    const mirrored = isFileStore(store) ? files.map(({ path }) => path) : [];
    if (options.json === true) return printJson({ files: mirrored, images: copied, settings });
    const bytes = copied.reduce((sum, image) => sum + image.bytes, copiedBytes);
    return printLines([
      `${mirrored.length} files and ${copied.length} images in ${options.to ?? ""}; copied ${(bytes / 1e9).toFixed(2)} GB`,
      ...(mirrored.length === 0 && files.length > 0
        ? ["A registry holds images only: mirror the files to a directory or bucket, with --only files."]
        : []),
      ...(settings === undefined
        ? []
        : ["Settings of stacks that use this mirror:", "", stringify(settings).trimEnd()]),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function openStore(destination: Destination, region: string, folder: string): ImageStore | FileStore {
  switch (destination.kind) {
    case "directory":
      mkdirSync(resolve(destination.directory), { recursive: true });
      return new DirectoryMirror(resolve(destination.directory));
    case "bucket": {
      // An emulator of AWS serves all buckets under one host name.
      const s3 = new S3Client({ region, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined });
      return new BucketMirror(s3, destination.bucket, destination.prefix, folder);
    }
    case "registry":
      return new RegistryMirror(destination);
  }
}

const isFileStore = (store: ImageStore | FileStore): store is FileStore => "addFile" in store;

function reportProgress(name: string, bytes: number): void {
  process.stderr.write(`${name}: ${bytes === 0 ? "present" : `${(bytes / 1e6).toFixed(1)} MB`}\n`);
}
