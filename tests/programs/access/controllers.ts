/** kube-controller-manager for a test's API server: counts quotas, signs certificates, creates ServiceAccounts. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import type { ApiServer } from "./apiServer";
import type { Certificate } from "./authority";

/** Writes a kubeconfig with a client certificate. @returns its path. */
export function writeKubeconfig(server: ApiServer, name: string, { certificate, key }: Certificate): string {
  const path = server.path(`kubeconfigs/${name}`);
  mkdirSync(dirname(path), { recursive: true });
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "blue", cluster: { server: server.url, "certificate-authority": server.authority.certificate } },
    ],
    users: [{ name, user: { "client-certificate": certificate, "client-key": key } }],
    contexts: [{ name, context: { cluster: "blue", user: name } }],
    "current-context": name,
  };
  writeFileSync(path, stringify(config), { mode: 0o600 });
  return path;
}

export class Controllers {
  private constructor(private readonly child: ChildProcess) {}

  static start(server: ApiServer, programs: string): Controllers {
    const name = "system:kube-controller-manager";
    const kubeconfig = writeKubeconfig(server, "controllers", server.authority.issue("controllers", { name }));
    const pki = server.path("kubernetes/pki");
    const flags = [
      `--kubeconfig=${kubeconfig}`,
      "--secure-port=0",
      "--leader-elect=false",
      "--use-service-account-credentials=true",
      `--service-account-private-key-file=${pki}/sa.key`,
      `--root-ca-file=${server.authority.certificate}`,
      `--cluster-signing-cert-file=${server.authority.certificate}`,
      `--cluster-signing-key-file=${server.authority.key}`,
    ];
    const log = openSync(server.path("controllers.log"), "a");
    return new Controllers(spawn(join(programs, "kube-controller-manager"), flags, { stdio: ["ignore", log, log] }));
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await ended;
  }
}
