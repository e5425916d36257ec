/** Boots the dev stack without a way out of its network, except through an HTTP proxy. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { prepareAssets } from "../../rehearsal/assets";
import {
  bootPlanned,
  down,
  downOnFailure,
  planRehearsal,
  stackSpec,
  startSupervisor,
  waitUntilReady,
} from "../../rehearsal/boot";
import { type KubernetesObject, RehearsedCluster, isReady, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import { applyObjects } from "../../rehearsal/kubernetes/applyObjects";
import { inNamespace } from "../../rehearsal/machines/namespaces";
import { Network } from "../../rehearsal/machines/network";
import { serviceAddresses, servicePort } from "../../rehearsal/services/serviceAddresses";
import { RehearsalClient } from "../../rehearsal/supervisor/client";
import { log } from "./log";

const run = promisify(execFile);
const id = "proxytest";
const minute = 60_000;
const proxyAddress = "169.254.169.10";
const proxyPort = 3128;
/** AWS and the mirror of software: all that machines of a rehearsal need from outside. */
const outside = [serviceAddresses.awsApi, serviceAddresses.assets];

/** Rejects connections of machines to everything outside, and counts them. The proxy connects from the router itself. */
const closed = `
table ip outside {
  set attempts { type ipv4_addr . ipv4_addr; flags dynamic; size 4096; }
  chain input {
    type filter hook input priority filter;
    iifname "port*" ip daddr { ${outside.join(", ")} } add @attempts { ip saddr . ip daddr } reject
  }
}`;

let cluster: RehearsedCluster;
let proxy: ChildProcess;
let requestLog: string;

beforeAll(async () => {
  const { kubernetesVersion } = await stackSpec("dev");
  await down(id);
  const assets = await prepareAssets({ kubernetesVersion, report: () => undefined });
  const overrides = { nodes: { proxy: { http: `http://${proxyAddress}:${proxyPort}` } } };
  const plan = await downOnFailure(id, async () => {
    const [planned, { paths }] = await Promise.all([
      planRehearsal({ stack: "dev", overrides }, assets),
      startSupervisor(id, assets),
    ]);
    await startProxy(paths.directory);
    await bootPlanned(id, planned, assets);
    return planned;
  });
  const client = RehearsalClient.of(id);
  const [applied] = await Promise.all([
    applyObjects(client, plan, { timeoutMs: 7 * minute, images: assets.images }),
    waitUntilReady(client, 7 * minute),
  ]);
  expect(applied.refused).toEqual([]);
  cluster = await RehearsedCluster.connect(client);
  log(`all nodes ready after ${cluster.status.readyAfter ?? "?"} s`);
}, 40 * minute);

afterAll(async () => {
  await down(id);
  proxy.kill();
}, 5 * minute);

/** Starts the proxy in the router's namespace, and closes the direct way. */
async function startProxy(directory: string): Promise<void> {
  const network = Network.open(directory);
  if (network === undefined) throw new Error(`no network in ${directory}`);
  const inRouter = async (...argv: string[]): Promise<string> => {
    const [program = "", ...rest] = inNamespace(network.namespace, argv);
    return (await run(program, rest)).stdout;
  };
  await inRouter("ip", "address", "add", `${proxyAddress}/32`, "dev", "lo");
  await inRouter("nft", closed);
  requestLog = join(directory, "proxy.log");
  const server = [process.execPath, join(__dirname, "../proxyServer.mjs"), proxyAddress, String(proxyPort), requestLog];
  const [program = "", ...argv] = inNamespace(network.namespace, server);
  proxy = spawn(program, argv, { stdio: ["ignore", "pipe", "inherit"] });
  if (proxy.stdout !== null) await once(proxy.stdout, "data");
}

/** Destinations that the proxy was asked for. */
const requested = (): string[] => {
  const lines = existsSync(requestLog) ? readFileSync(requestLog, "utf8").trimEnd().split("\n") : [];
  return [...new Set(lines.map((line) => line.split(" ")[1] ?? ""))].sort();
};

/** Connections to the outside that avoided the proxy. */
async function attempts(): Promise<unknown> {
  const network = Network.open(cluster.client.paths.directory);
  const argv = inNamespace(network?.namespace ?? "", ["nft", "-j", "list", "set", "ip", "outside", "attempts"]);
  const { stdout } = await run(argv[0] ?? "", argv.slice(1));
  const { nftables } = JSON.parse(stdout) as { nftables: { set?: { elem?: unknown[] } }[] };
  return nftables.flatMap(({ set }) => set?.elem ?? []);
}

it("machines become nodes", async () => {
  const nodes = await cluster.list("nodes");
  expect(nodes.length).toBeGreaterThanOrEqual(2);
  expect(nodes.every(isReady)).toBe(true);
});

it(
  "the cloud controller, which calls AWS from a pod, initializes the nodes",
  async () => {
    type Node = KubernetesObject & { spec: { taints?: { key: string }[] } };
    await waitUntil("initialized nodes", 2 * minute, async () => {
      const nodes = await cluster.list<Node>("nodes");
      return nodes.every(({ spec }) => !(spec.taints ?? []).some(({ key }) => key.startsWith("node.cloudprovider")));
    });
  },
  3 * minute,
);

it("etcd is backed up", async () => {
  const stored = `systemctl start holdfast-etcd-backup.service && journalctl -u holdfast-etcd-backup -o cat --no-pager`;
  expect(await cluster.runOnMember("a", stored)).toMatch(/backup of revision \d+ stored/);
});

it("static pods have the variables of the settings, whatever kubeadm's environment", async () => {
  const manifests = await cluster.runOnMember("a", "grep -A1 -h http_proxy /etc/kubernetes/manifests/*.yaml");
  expect(manifests.match(new RegExp(`value: http://${proxyAddress}:${proxyPort}`, "g"))).toHaveLength(3);
});

it("the proxy gets the requests for AWS and the mirror, and no others", async () => {
  expect(requested()).toEqual(outside.map((address) => `${address}:${servicePort}`));
  expect(await attempts()).toEqual([]);
});
