/**
 * Node bundles: scripts, units and configuration of machines, as content-addressed archives. Members have one bundle, and so
 * have the workers of each Kubernetes version: what concerns the control plane alone replaces no worker.
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";
import { accessFiles } from "../access/apiServer.plan";
import type { ClusterSpec } from "../clusterSpec";
import { registryHost } from "../addons/shared/images.plan";
import { isEcrMirror } from "../ecr/registry.plan";
import { type BundleKind, bundleFolder, memberBundle, usesFile, workerBundle } from "./bundleFiles.plan";
import { memberDocument, workerDocument } from "./clusterDocument.plan";
import { credentialProviderConfig } from "./credentialProvider.plan";
import { pauseImage } from "./images.plan";
import { workerVersions } from "./machineVersions.plan";

/** A bundle and its place in the bucket. */
export interface Bundle {
  /** `members`, or `workers-<version>`. */
  readonly name: string;
  /** Key of the object, derived from the content. */
  readonly key: string;
  /** SHA-256 of the content, in hex. */
  readonly sha256: string;
  /** A gzipped tar archive. */
  readonly content: Buffer;
  /** Text of each file by its path in the archive. */
  readonly files: Readonly<Record<string, string>>;
}

const source = join(__dirname, "files");
/** Executable files; all others are only read. */
const executable = /^(bin|steps)\/|^install$/;
/** Part of the user data instead: these download the bundle. */
const notBundled = new Set(["bootstrap", "units/holdfast-bootstrap.service"]);

/** All bundles of a cluster, that of the members first. @throws RangeError as {@link buildMemberBundle} */
export const buildBundles = (spec: ClusterSpec): readonly Bundle[] => [
  buildMemberBundle(spec),
  ...workerVersions(spec).map((version) => buildWorkerBundle(spec, version)),
];

/**
 * Renders the bundle of the members, byte for byte the same for the same settings and files.
 * @throws RangeError for an unknown Kubernetes version or checksum; settings refuse both earlier.
 */
export function buildMemberBundle(spec: ClusterSpec): Bundle {
  return buildBundle("members", memberBundle, {
    ...commonFiles("members", spec, spec.kubernetesVersion),
    ...apiServerFiles(spec),
    "cluster.json": renderJson(memberDocument(spec)),
  });
}

/**
 * Renders the bundle of the workers with a Kubernetes version. It does not depend on the version of the control plane.
 * @throws RangeError as {@link buildMemberBundle}
 */
export function buildWorkerBundle(spec: ClusterSpec, kubernetesVersion: string): Bundle {
  return buildBundle("workers", workerBundle(kubernetesVersion), {
    ...commonFiles("workers", spec, kubernetesVersion),
    "cluster.json": renderJson(workerDocument(spec, kubernetesVersion)),
  });
}

const renderJson = (document: object): string => `${JSON.stringify(document, undefined, 2)}\n`;

const commonFiles = (kind: BundleKind, spec: ClusterSpec, kubernetesVersion: string): Record<string, string> => ({
  ...staticFiles(kind, spec, kubernetesVersion),
  ...registryMirrors(spec),
  "config/credential-provider.json": renderJson(credentialProviderConfig(spec)),
});

function buildBundle(kind: BundleKind, name: string, files: Readonly<Record<string, string>>): Bundle {
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  const content = compress(
    createTar(
      Object.entries(sorted).map(([path, text]) => ({
        name: path,
        data: text,
        attrs: { mode: executable.test(path) ? "755" : "644" },
      })),
      { attrs: { uid: 0, gid: 0, user: "root", group: "root", mtime: 0 } },
    ),
  );
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { name, key: `${bundleFolder(kind)}/${sha256}.tar.gz`, sha256, content, files: sorted };
}

/** Byte 9 of the gzip header is the operating system; 255 is "unknown" (RFC 1952), the same on every host. */
function compress(archive: Uint8Array): Buffer {
  const content = gzipSync(archive, { level: 9 });
  content[9] = 255;
  return content;
}

function staticFiles(
  kind: BundleKind,
  { etcd: { backups, maintenance } }: ClusterSpec,
  kubernetesVersion: string,
): Record<string, string> {
  const values = {
    PAUSE_IMAGE: pauseImage(kubernetesVersion),
    BACKUP_SCHEDULE: backups.schedule,
    DRILL_SCHEDULE: backups.drill.schedule,
    DEFRAG_SCHEDULE: maintenance.defragSchedule,
  };
  const files: Record<string, string> = {};
  for (const entry of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    const path = join(source, entry);
    const name = relative(source, path).split("\\").join("/");
    if (statSync(path).isFile() && !notBundled.has(name) && usesFile(kind, name)) {
      files[name] = fillPlaceholders(readFileSync(path, "utf8"), values);
    }
  }
  return files;
}

/** Replaces `@NAME@` by its value. */
function fillPlaceholders(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((filled, [name, value]) => filled.replaceAll(`@${name}@`, value), text);
}

/** Configuration files of the API server, which the step api-server-config installs. */
function apiServerFiles({ access }: ClusterSpec): Record<string, string> {
  return Object.fromEntries(
    Object.entries(accessFiles(access)).map(([name, text]) => [`config/apiserver/${name}`, text]),
  );
}

/** containerd's `hosts.toml` of each mirrored registry. */
function registryMirrors(spec: ClusterSpec): Record<string, string> {
  return Object.fromEntries(
    Object.entries(spec.nodes.registryMirrors).map(([registry, url]) => [
      `config/registries/${registry}/hosts.toml`,
      mirrorHosts(registry, url.replace(/\/+$/, "")),
    ]),
  );
}

/**
 * A URL with a path is the whole API root (`…/v2/team`), as a pull-through cache has it. If the mirror fails, containerd falls
 * back to the registry, but not from a mirror in ECR: containerd would send the registry the token.
 */
function mirrorHosts(registry: string, url: string): string {
  const lines = [
    ...(isEcrMirror(url) ? [`server = "${url}"`] : [`server = "https://${registryHost(registry)}"`, `[host."${url}"]`]),
    `capabilities = ["pull", "resolve"]`,
  ];
  if (new URL(url).pathname !== "/") lines.push("override_path = true");
  return `${lines.join("\n")}\n`;
}
