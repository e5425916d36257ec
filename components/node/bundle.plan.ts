/** The node bundle: scripts, units and configurations of all machines of a cluster, as one file named after its content. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";
import { accessFiles } from "../access/apiServer.plan";
import { auditGroup } from "../access/audit/auditPolicy.plan";
import { encryptionTemplate } from "../access/encryption/encryptionConfiguration.plan";
import type { Architecture, ClusterSpec } from "../clusterSpec";
import { clientUrls, controlPlaneMembers, etcdMembers, initialCluster } from "../etcd/members.plan";
import { rotationMembers } from "../pki/rotation.plan";
import { apiEndpoint, cipherSuites, controlPlaneImages, kubeadmDocuments } from "./kubeadm.plan";
import { remedyRules } from "../addons/nodeProblemDetector/replacement.plan";
import { sandboxAssets } from "./gvisorAssets.plan";
import type { SandboxAsset } from "./gvisorAssets.plan";
import { nodeSteps } from "./steps.plan";
import { componentVersions, nodeAssets, servedArchitectures, windowsAssets } from "./kubernetesVersions.plan";
import type { NodeAsset, Role } from "./kubernetesVersions.plan";

/** A bundle and where it belongs in its bucket. */
export interface Bundle {
  /** Key of the object: the same content has the same key. */
  readonly key: string;
  /** SHA-256 of the content, in hex. */
  readonly sha256: string;
  /** A gzipped tar archive. */
  readonly content: Buffer;
  /** Text of each file by its path in the archive. */
  readonly files: Readonly<Record<string, string>>;
}

const source = join(__dirname, "files");
/** Folders whose files run; the others are read. */
const executable = /^(bin|steps)\/|^install$/;
/** Rides in the user data, and is what fetches the bundle. */
const outside = new Set(["bootstrap", "units/holdfast-bootstrap.service"]);

const roles: readonly Role[] = ["controlPlane", "etcd", "worker"];

/**
 * Renders the bundle of a cluster: a pure function of the settings and of the files below `files/`, byte for byte the same
 * on every machine.
 * @throws RangeError for a Kubernetes version or a checksum that is not known; settings refuse both before.
 */
export function buildBundle(spec: ClusterSpec): Bundle {
  const files: Record<string, string> = {
    ...staticFiles(spec),
    ...registryMirrors(spec),
    ...apiServerFiles(spec),
    "cluster.json": `${JSON.stringify(clusterDocument(spec), undefined, 2)}\n`,
  };
  const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
  const content = compress(
    createTar(
      Object.entries(sorted).map(([name, text]) => ({
        name,
        data: text,
        attrs: { mode: executable.test(name) ? "755" : "644" },
      })),
      { attrs: { uid: 0, gid: 0, user: "root", group: "root", mtime: 0 } },
    ),
  );
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { key: `bundle/${sha256}.tar.gz`, sha256, content, files: sorted };
}

/** Byte 9 of gzip's header names the operating system that compressed; 255 is "unknown" (RFC 1952). */
function compress(archive: Uint8Array): Buffer {
  const content = gzipSync(archive, { level: 9 });
  content[9] = 255;
  return content;
}

function staticFiles(spec: ClusterSpec): Record<string, string> {
  const { backups, maintenance } = spec.etcd;
  const values = {
    PAUSE_IMAGE: `registry.k8s.io/pause:${componentVersions(spec.kubernetesVersion).pause}`,
    BACKUP_SCHEDULE: backups.schedule,
    DRILL_SCHEDULE: backups.drill.schedule,
    DEFRAG_SCHEDULE: maintenance.defragSchedule,
  };
  const files: Record<string, string> = {};
  for (const entry of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    const path = join(source, entry);
    const name = relative(source, path).split("\\").join("/");
    if (statSync(path).isFile() && !outside.has(name)) {
      files[name] = fill(readFileSync(path, "utf8"), values);
    }
  }
  return files;
}

/** Puts values in the place of `@NAME@`. */
function fill(text: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((filled, [name, value]) => filled.replaceAll(`@${name}@`, value), text);
}

/** Configurations of the API server; the step `access` puts them where it reads them. */
function apiServerFiles({ access }: ClusterSpec): Record<string, string> {
  return Object.fromEntries(
    Object.entries(accessFiles(access)).map(([name, text]) => [`config/apiserver/${name}`, text]),
  );
}

/**
 * containerd's `hosts.toml` of each mirrored registry. A base URL with a path names the whole API root (`…/v2/team`), as a
 * pull-through cache has it. The registry itself is asked when the mirror fails.
 */
function registryMirrors(spec: ClusterSpec): Record<string, string> {
  return Object.fromEntries(
    Object.entries(spec.nodes.registryMirrors).map(([registry, url]) => {
      const server = registry === "docker.io" ? "registry-1.docker.io" : registry;
      const wholeRoot = new URL(url).pathname !== "/";
      return [
        `config/registries/${registry}/hosts.toml`,
        [
          `server = "https://${server}"`,
          `[host."${url.replace(/\/+$/, "")}"]`,
          `capabilities = ["pull", "resolve"]`,
          ...(wholeRoot ? ["override_path = true"] : []),
          "",
        ].join("\n"),
      ];
    }),
  );
}

/** What all machines of a cluster share. */
function clusterDocument(spec: ClusterSpec): object {
  const members = etcdMembers(spec);
  const remedy = remedyRules(spec.platform.enabled, spec.platform.nodeProblemDetector);
  return {
    name: spec.name,
    domain: spec.domain,
    kubernetesVersion: spec.kubernetesVersion,
    apiEndpoint: apiEndpoint(spec),
    controlPlaneMembers: controlPlaneMembers(spec).length,
    etcd: {
      topology: spec.etcd.topology,
      members: members.map(({ name, dnsName }) => ({ name, dnsName })),
      initialCluster: initialCluster(members),
      clientUrls: clientUrls(members),
      settings: etcdSettings(spec),
      metricsNamespace: spec.etcd.backups.metricsNamespace,
    },
    secrets: {
      controlPlane: [
        "kubernetes/ca.crt",
        "kubernetes/ca.key",
        "kubernetes/front-proxy-ca.crt",
        "kubernetes/front-proxy-ca.key",
        "kubernetes/sa.pub",
        "kubernetes/sa.key",
        "etcd/ca.crt",
        "etcd/ca.key",
        ...spec.access.encryption.keys.map((name) => `kubernetes/encryption/${name}.key`),
      ],
      etcd: ["etcd/ca.crt", "etcd/ca.key"],
    },
    pki: pkiFacts(spec),
    images: controlPlaneImages(spec.kubernetesVersion),
    encryption: encryptionTemplate(spec.access.encryption) ?? null,
    auditGroup: spec.access.audit.cloudWatch.enabled ? auditGroup(spec.name) : null,
    kubeadm: kubeadmDocuments(spec),
    steps: nodeSteps(spec),
    assets: assetsByRole(spec),
    windows: { assets: windowsAssets(spec) },
    ...(remedy && { remedy }),
  };
}

/** How long certificates live, and whose word counts while authorities change. */
function pkiFacts(spec: ClusterSpec): object {
  const letters = (members: readonly { readonly name: string }[]): string[] => members.map(({ name }) => name);
  const external = spec.etcd.topology === "external" ? letters(etcdMembers(spec)) : [];
  return { leafHours: spec.pki.leafHours, members: rotationMembers(letters(controlPlaneMembers(spec)), external) };
}

function assetsByRole(spec: ClusterSpec): Record<string, Record<string, readonly (NodeAsset | SandboxAsset)[]>> {
  const served = servedArchitectures(spec);
  return Object.fromEntries(
    roles.map((role) => [role, Object.fromEntries(served.map((arch) => [arch, allAssets(spec, role, arch)]))]),
  );
}

function allAssets(spec: ClusterSpec, role: Role, arch: Architecture): readonly (NodeAsset | SandboxAsset)[] {
  return [...nodeAssets(spec, role, arch), ...(role === "worker" ? sandboxAssets(spec, arch) : [])];
}

/** etcd's settings that do not depend on the machine; what kubeadm gives its own etcd, and the quota of the database. */
function etcdSettings(spec: ClusterSpec): Record<string, string> {
  return {
    ETCD_QUOTA_BACKEND_BYTES: String(spec.etcd.maintenance.quotaBytes),
    ETCD_SNAPSHOT_COUNT: "10000",
    ETCD_WATCH_PROGRESS_NOTIFY_INTERVAL: "5s",
    ETCD_FEATURE_GATES: "InitialCorruptCheck=true",
    ETCD_TLS_MIN_VERSION: "TLS1.2",
    ETCD_CIPHER_SUITES: cipherSuites.join(","),
  };
}
