/** Cluster specifications and machines for tests of the node scripts. */

import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import type { ClusterSpec } from "../../../components/clusterSpec";
import { memberDocument, workerDocument } from "../../../components/node/clusterDocument.plan";
import type { NodeConfig } from "../../../components/node/nodeConfig.plan";
import { specOf } from "../../specs";

const settings = {
  name: "blue",
  kubernetesVersion: "1.36.3",
  domain: "blue.internal",
  network: { zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"] },
  controlPlane: { members: 3 },
  etcd: { topology: "stacked" },
  workers: { general: {} },
};

/** Three members with stacked etcd, one pool. */
export const stacked: ClusterSpec = specOf(settings);
/** Three members, external etcd on three machines. */
export const external: ClusterSpec = specOf({ ...settings, etcd: { topology: "external", members: 3 } });

const shared = { cluster: stacked.name, region: stacked.region };
const etcdMember = { hostedZoneId: "Z0123456789", backupsBucket: "blue-backups-1a2b3c4" };

/** A machine of each role. */
export const machines = {
  controlPlane: {
    ...shared,
    ...etcdMember,
    role: "control-plane",
    group: "blue-control-plane-a",
    member: { name: "a", volumeId: "vol-0123456789abcdef0" },
    serviceAccountIssuer: "https://issuer.example",
  },
  etcd: {
    ...shared,
    ...etcdMember,
    role: "etcd",
    group: "blue-etcd-b",
    member: { name: "b", volumeId: "vol-0fedcba9876543210" },
  },
  worker: {
    ...shared,
    role: "worker",
    group: "blue-worker-general",
    pool: {
      name: "general",
      labels: { team: "a" },
      taints: [{ key: "only", value: "batch", effect: "NoSchedule" }],
      maxPods: 58,
    },
  },
} as const satisfies Record<string, NodeConfig>;

export const filesDirectory = join(__dirname, "../../../components/node/files");

const plain = (document: object) =>
  JSON.parse(JSON.stringify(document)) as Readonly<Record<string, unknown>> & { readonly etcd: object };

/** `cluster.json` of the members of the stacked cluster. */
export const clusterJson = plain(memberDocument(stacked));
/** `cluster.json` of its workers. */
export const workersClusterJson = plain(workerDocument(stacked, stacked.kubernetesVersion));
/** That of workers that pull Kubernetes' images from a mirror in ECR. */
export const ecrWorkersClusterJson = plain(
  workerDocument(
    {
      ...stacked,
      nodes: {
        ...stacked.nodes,
        registryMirrors: { "registry.k8s.io": "https://123456789012.dkr.ecr.eu-central-1.amazonaws.com/v2/k8s" },
      },
    },
    stacked.kubernetesVersion,
  ),
);

export interface RunResult {
  /** Exit status; undefined after a signal. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** Standard output, then standard error. */
  readonly output: string;
}

const roots: string[] = [];

/** Removes the folders of all machines: Jest calls it after a suite, benchmarks call it themselves. */
export function removeMachines(): void {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
}
(globalThis as { readonly afterAll?: (remove: () => void) => void }).afterAll?.(removeMachines);

/** Paths to strings and numbers outside of arrays. */
export function plainSettings(document: object, above = ""): [string, string][] {
  return Object.entries(document).flatMap(([name, value]: [string, unknown]) => {
    const path = `${above}.${name}`;
    if (typeof value === "string" || typeof value === "number") return [[path, String(value)]];
    return typeof value === "object" && value !== null && !Array.isArray(value) ? plainSettings(value, path) : [];
  });
}

/** A machine's folders in a temporary directory: the real scripts, and `stubs` for system commands. */
export class FakeMachine {
  readonly root = mkdtempSync(join(tmpdir(), "holdfast-node-"));
  /** Environment of the machine's scripts. */
  readonly environment: Readonly<Record<string, string>>;

  /** @param cluster Fields that differ from the `cluster.json` of the stacked cluster's machines with this role. */
  constructor(node: NodeConfig, cluster: object = {}, environment: Readonly<Record<string, string>> = {}) {
    roots.push(this.root);
    mkdirSync(this.path("home/current"), { recursive: true });
    for (const folder of ["bin", "lib", "steps", "config"]) {
      symlinkSync(join(filesDirectory, folder), this.path(`home/current/${folder}`));
    }
    this.#writeSettings("home/current/cluster", {
      ...(node.role === "worker" ? workersClusterJson : clusterJson),
      ...cluster,
    });
    this.#writeSettings("config/node", node);
    this.wantMembers(["a", "b", "c"]);
    this.environment = {
      PATH: `${this.path("stubs")}:${process.env["PATH"] ?? ""}`,
      HOME: this.root,
      HOLDFAST_HOME: this.path("home"),
      HOLDFAST_CONFIG: this.path("config"),
      HOLDFAST_STATE: this.path("state"),
      HOLDFAST_RUN: this.path("run"),
      HOLDFAST_KUBERNETES: this.path("kubernetes"),
      HOLDFAST_ETC: this.path("etc"),
      // Only root may give files to other users; tests with booted machines check the real owner.
      HOLDFAST_ETCD_USER: userInfo().username,
      HOLDFAST_TIMES: this.path("steps.jsonl"),
      HOLDFAST_SYSTEMD_CAT: "",
      ...environment,
    };
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(name: string, content: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
    chmodSync(this.path(name), mode);
  }

  /** Writes the members that lib/members.sh has read last. */
  wantMembers(etcd: readonly string[], controlPlane = etcd): void {
    this.write("state/members.json", JSON.stringify({ "control-plane": controlPlane, etcd }));
  }

  /** The document, and its list of plain settings as run-steps writes it. */
  #writeSettings(name: string, document: object): void {
    this.write(`${name}.json`, JSON.stringify(document));
    // The list must be newer, and file times have a granularity of some milliseconds.
    utimesSync(this.path(`${name}.json`), 0, 0);
    this.write(
      `${name}.list`,
      plainSettings(document)
        .map(([path, value]) => `${path}\t${value}\n`)
        .join(""),
    );
  }

  /** Text of a file; empty if it does not exist. */
  read(name: string): string {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), "utf8") : "";
  }

  /** Lines of a file; none if it does not exist. */
  lines(name: string): string[] {
    return this.read(name).split("\n").filter(Boolean);
  }

  /** Replaces a linked folder of the bundle by an empty one. */
  ownFolder(name: string): void {
    rmSync(this.path(`home/current/${name}`));
    mkdirSync(this.path(`home/current/${name}`));
  }

  /** Replaces a command by a bash script. */
  stub(command: string, script: string): void {
    this.write(`stubs/${command}`, `#!/bin/bash\n${script}\n`, 0o755);
  }

  /** Replaces commands by scripts that append their name and arguments to the file `calls`. */
  record(...commands: readonly string[]): void {
    for (const command of commands) this.stub(command, `echo "${command} $*" >>"$HOME/calls"`);
  }

  /** Runs bash text with the libraries loaded, or `["steps/…"]`, a script of the bundle. */
  run(
    script: string | readonly string[],
    environment: Readonly<Record<string, string>> = {},
    timeoutMs = 60_000,
  ): Promise<RunResult> {
    const argv =
      typeof script === "string"
        ? ["-c", `. "$HOLDFAST_HOME/current/lib/prelude.sh"\n${script}`]
        : [this.path(`home/current/${script[0] ?? ""}`), ...script.slice(1)];
    return new Promise((resolve) => {
      execFile(
        "bash",
        argv,
        { env: { ...this.environment, ...environment }, timeout: timeoutMs },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : undefined;
          resolve({ code, stdout, output: stdout + stderr });
        },
      );
    });
  }
}
