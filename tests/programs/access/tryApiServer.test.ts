/** Trial of a configuration with the real kubeadm, API server and etcd, in namespaces as systemd makes them on a machine. */
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildMemberBundle } from "../../../components/node/bundle.plan";
import type { NodeConfig } from "../../../components/node/nodeConfig.plan";
import { specOf } from "../../specs";
import { ApiServer, programs } from "./apiServer";
import { Authority } from "./authority";

const folder = mkdtempSync(join(tmpdir(), "holdfast-trial-"));
const at = (name: string): string => join(folder, name);
const minute = 60_000;
const identity =
  "INSTANCE_ID=i-0123456789abcdef0\nINSTANCE_IP=10.0.0.5\nINSTANCE_ZONE=eu-central-1a\nINSTANCE_TYPE=m6i.large\n";
let machine: ApiServer;
let path: string;
let kubernetes: string;

beforeAll(async () => {
  const found = await programs();
  kubernetes = found.kubernetes;
  path = `${found.kubernetes}:${found.etcd}:${process.env["PATH"] ?? ""}`;
  // Its authorities and keys; it does not run.
  machine = await ApiServer.create();
}, 30 * minute);

afterAll(async () => {
  await machine.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** Renders a bundle. @param change changes files of the API server. @returns exit status and output of its trial. */
async function trial(access: object, change: Readonly<Record<string, (text: string) => string>> = {}) {
  rmSync(folder, { recursive: true, force: true });
  const spec = specOf({ name: "blue", controlPlane: { members: 3 }, access });
  for (const [name, text] of Object.entries(buildMemberBundle(spec).files)) {
    mkdirSync(dirname(at(`home/current/${name}`)), { recursive: true });
    writeFileSync(at(`home/current/${name}`), change[name.replace("config/apiserver/", "")]?.(text) ?? text);
    chmodSync(at(`home/current/${name}`), 0o755);
  }
  const node: NodeConfig = {
    cluster: spec.name,
    region: spec.region,
    role: "control-plane",
    group: "blue-control-plane-a",
    member: { name: "a" },
    serviceAccountIssuer: "https://issuer.example",
  };
  for (const name of ["config", "run", "state", "log", "kubernetes/patches"]) mkdirSync(at(name), { recursive: true });
  writeFileSync(at("config/node.json"), JSON.stringify(node));
  writeFileSync(at("run/identity.env"), identity);
  const script = `set -e
    ip link set lo up
    mount -t tmpfs none /mnt
    mkdir -p /mnt/etc /mnt/work
    mount -t overlay -o lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/work none /etc
    mkdir -p /etc/kubernetes/patches
    cp -a ${machine.path("kubernetes/pki")} /etc/kubernetes/
    mount -t tmpfs none /var/log
    exec ${at("home/current/bin/try-api-server")} ${kubernetes} ${kubernetes}`;
  return new Promise<{ code: number; output: string }>((resolve) => {
    execFile(
      "unshare",
      ["--net", "--mount", "--pid", "--fork", "--kill-child", "bash", "-c", script],
      {
        env: {
          PATH: path,
          HOLDFAST_HOME: at("home"),
          HOLDFAST_CONFIG: at("config"),
          HOLDFAST_RUN: at("run"),
          HOLDFAST_STATE: at("state"),
        },
        timeout: 4 * minute,
      },
      (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
      },
    );
  });
}

test(
  "accepts every kind of authentication and authorization, although no issuer and no webhook is reachable",
  async () => {
    const certificateAuthority = new Authority(machine.path("outside"), "outside").pem;
    const webhook = { url: "https://decide.example", certificateAuthority, matchConditions: ["request.user != 'a'"] };
    const access = {
      authentication: {
        oidc: {
          corporate: {
            url: "https://login.example",
            certificateAuthority,
            audiences: ["kubernetes"],
            username: { claim: "sub" },
          },
        },
        webhook: { url: "https://tokens.example", certificateAuthority },
        proxy: { certificateAuthority, allowedNames: ["gateway"] },
      },
      authorization: {
        webhooks: [
          { name: "early", ...webhook, position: "first" },
          { name: "last", ...webhook },
        ],
      },
      encryption: { keys: ["2", "1"] },
    };
    expect(await trial(access)).toEqual({ code: 0, output: expect.any(String) as string });
  },
  5 * minute,
);

test.each<[string, string, (text: string) => string, string]>([
  ["an unknown field", "authentication.yaml", (text) => `${text}drill: x\n`, 'unknown field "drill"'],
  ["an unknown stage", "audit-policy.yaml", (text) => text.replace("RequestReceived", "Never"), '"Never"'],
  ["an unknown Pod Security level", "admission.yaml", (text) => text.replace("baseline", "some"), "enforce: must be"],
])(
  "refuses %s with the API server's own message",
  async (_, name, change, message) => {
    const { code, output } = await trial({}, { [name]: change });
    expect([code, output]).toEqual([78, expect.stringContaining("the API server does not accept its configuration: ")]);
    expect(output).toContain(message);
  },
  5 * minute,
);
