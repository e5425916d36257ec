/** Cluster settings and a machine's files, for the tests of the node side. */

import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ClusterSpec } from "../../../components/clusterSpec";
import type { NodeConfig } from "../../../components/node/nodeConfig.plan";
import { specOf } from "../../specs";

const network = { zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"] };
const settings = {
  name: "blue",
  kubernetesVersion: "1.36.3",
  network,
  controlPlane: { members: 3 },
  etcd: { topology: "stacked" },
  workers: { general: {} },
};

/** Three members with etcd on them, one pool. */
export const stacked: ClusterSpec = specOf(settings);
/** Three members, etcd on three machines of its own. */
export const external: ClusterSpec = specOf({ ...settings, etcd: { topology: "external", members: 3 } });

const shared = {
  cluster: stacked.name,
  region: stacked.region,
  domain: stacked.domain,
  parameterPrefix: "/holdfast/blue",
};

/** A machine of each kind. */
export const machines = {
  controlPlane: {
    ...shared,
    role: "controlPlane",
    group: "blue-control-plane-a",
    member: { name: "a", volumeId: "vol-0123456789abcdef0" },
    hostedZoneId: "Z0123456789",
    backupsBucket: "blue-backups-1a2b3c4",
    serviceAccountIssuer: "https://issuer.example",
  },
  etcd: {
    ...shared,
    role: "etcd",
    group: "blue-etcd-b",
    member: { name: "b", volumeId: "vol-0fedcba9876543210" },
    hostedZoneId: "Z0123456789",
    backupsBucket: "blue-backups-1a2b3c4",
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

export interface RunResult {
  /** Exit status; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** Both streams. */
  readonly output: string;
}

const roots: string[] = [];

/** Removes the folders of all machines: after a suite by itself, elsewhere (a bench) on request. */
export function removeMachines(): void {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
}
(globalThis as { readonly afterAll?: (remove: () => void) => void }).afterAll?.(removeMachines);

/** A machine's folders in a temporary directory: the scripts as they are, `stubs` in the place of system commands. */
export class FakeMachine {
  readonly root = mkdtempSync(join(tmpdir(), "holdfast-node-"));
  readonly #environment: Record<string, string>;

  constructor(node: NodeConfig, cluster: object, environment: Readonly<Record<string, string>> = {}) {
    roots.push(this.root);
    mkdirSync(this.path("home/current"), { recursive: true });
    for (const folder of ["bin", "lib", "steps", "config"]) {
      symlinkSync(join(filesDirectory, folder), this.path(`home/current/${folder}`));
    }
    this.write("home/current/cluster.json", JSON.stringify(cluster));
    this.write("config/node.json", JSON.stringify(node));
    this.#environment = {
      PATH: `${this.path("stubs")}:${process.env["PATH"] ?? ""}`,
      HOME: this.root,
      HOLDFAST_HOME: this.path("home"),
      HOLDFAST_CONFIG: this.path("config"),
      HOLDFAST_STATE: this.path("state"),
      HOLDFAST_RUN: this.path("run"),
      HOLDFAST_KUBERNETES: this.path("kubernetes"),
      HOLDFAST_TIMES: this.path("steps.jsonl"),
      HOLDFAST_SYSTEMD_CAT: "",
      ...environment,
    };
  }

  /** Environment of the machine's scripts. */
  get variables(): Readonly<Record<string, string>> {
    return this.#environment;
  }

  path(name: string): string {
    return join(this.root, name);
  }

  write(name: string, content: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
    chmodSync(this.path(name), mode);
  }

  /** Gives the machine a folder of the bundle to itself, empty. */
  ownFolder(name: string): void {
    rmSync(this.path(`home/current/${name}`));
    mkdirSync(this.path(`home/current/${name}`));
  }

  /** Puts a bash script in the place of a command. */
  stub(command: string, script: string): void {
    this.write(`stubs/${command}`, `#!/bin/bash\n${script}\n`, 0o755);
  }

  /** Runs bash text with the libraries loaded, or `["steps/…"]`, a script of the bundle. */
  run(
    what: string | readonly string[],
    environment: Readonly<Record<string, string>> = {},
    timeoutMs = 60_000,
  ): Promise<RunResult> {
    const libraries = ["node", "aws", "services", "kubeadm", "token", "etcd", "backup", "group"];
    const prelude = libraries.map((name) => `. "$HOLDFAST_HOME/current/lib/${name}.sh"`).join("\n");
    const argv =
      typeof what === "string"
        ? ["-c", `set -euo pipefail\n${prelude}\n${what}`]
        : [this.path(`home/current/${what[0] ?? ""}`), ...what.slice(1)];
    return new Promise((resolve) => {
      execFile(
        "bash",
        argv,
        { env: { ...this.#environment, ...environment }, timeout: timeoutMs },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : undefined;
          resolve({ code, stdout, output: stdout + stderr });
        },
      );
    });
  }
}
