/**
 * Boots the staging stack for real and does to it what happens to clusters. One rehearsal for all tests, in their order:
 * each leaves the cluster whole for the next.
 */
import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { type Validation, areas } from "../../operations/validate/result";
import { prepareAssets } from "../../rehearsal/assets";
import { boot, down, planRehearsal, stackSpec } from "../../rehearsal/boot";
import { secondsSince } from "../../rehearsal/drills/durations";
import { type KubernetesObject, RehearsedCluster, isReady, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import { Writer } from "../../rehearsal/drills/writer";
import { applyObjects } from "../../rehearsal/kubernetes/applyObjects";
import { notRehearsed, plannedObjects } from "../../rehearsal/kubernetes/plannedObjects";
import type { Plan } from "../../plan/planStack";
import { loadBalancerTests } from "./loadBalancerTests";
import { addonTests } from "./addonTests";
import { log } from "./log";
import { secretsOf } from "./secrets";
import { serviceTests } from "./serviceTests";
import { failures, validate } from "./validation";

const run = promisify(execFile);
const id = "boottest";
const minute = 60_000;
/** In which no client at all gets a write through. */
const longestOutageMs = 10_000;
/**
 * Until when a client may be sent to a dead member, and fail: two health checks that are 5 s apart (the fastest that a
 * network load balancer has) and time out after 2 s, and the 3 s that these clients wait for an answer.
 */
const lastFailureMs = 15_000;

let cluster: RehearsedCluster;
let plan: Plan;
/** Images that there is a build of; pods with others wait. */
let images: readonly string[];
const writers: Writer[] = [];

beforeAll(async () => {
  const client = await boot({
    stack: "staging",
    id,
    report: (step, state, seconds) => {
      if (state !== "cached") log(`assets: ${step} ${state} ${seconds?.toFixed(1) ?? ""}`);
    },
  });
  cluster = await RehearsedCluster.connect(client);
  const { kubernetesVersion } = await stackSpec("staging");
  const assets = await prepareAssets({ kubernetesVersion, report: () => undefined });
  plan = await planRehearsal({ stack: "staging" }, assets);
  images = assets.images;
  log(`all nodes ready after ${cluster.status.readyAfter ?? "?"} s`);
}, 40 * minute);

afterAll(async () => {
  await Promise.all(writers.map((writer) => writer.stop()));
  await down(id);
}, 5 * minute);

async function startWriter(namespace: string): Promise<Writer> {
  const writer = await Writer.start(cluster, namespace);
  writers.push(writer);
  return writer;
}

describe("the cluster", () => {
  it("has every node Ready, at the stack's version", async () => {
    const nodes = await cluster.list("nodes");
    expect(await cluster.nodeNames()).toEqual(cluster.status.machines.map((machine) => machine.id).sort());
    expect(nodes).toHaveLength(4);
    for (const node of nodes) {
      const found = [node.metadata.name, isReady(node), node.status.nodeInfo?.kubeletVersion];
      expect(found).toEqual([node.metadata.name, true, "v1.36.3"]);
    }
  });

  it("spreads its members over three zones", () => {
    expect(new Set(["a", "b", "c"].map((letter) => cluster.controlPlaneMachine(letter).zone)).size).toBe(3);
  });

  it(
    "runs its own pods",
    async () => {
      await waitUntil("all pods in kube-system ready", 3 * minute, async () => {
        const pods = await builtPods();
        return pods.length > 0 && pods.every(isReady);
      });
      const pods = await cluster.list("pods", "-n", "kube-system");
      const count = (prefix: string): number => pods.filter(({ metadata }) => metadata.name.startsWith(prefix)).length;
      for (const component of ["kube-apiserver-", "kube-controller-manager-", "kube-scheduler-"]) {
        expect([component, count(component)]).toEqual([component, 3]);
      }
      expect(count("kube-proxy-")).toBe(4);
      expect(count("coredns-")).toBeGreaterThanOrEqual(2);
    },
    4 * minute,
  );

  it(
    "takes every object of the plan, as a dry run and for good",
    async () => {
      const { accepted, refused } = await applyObjects(cluster.client, plan, { images });
      expect(refused).toEqual([]);
      expect(accepted).toHaveLength(plannedObjects(plan).length);
      expect(accepted.length).toBeGreaterThan(30);
      for (const { name, reason } of notRehearsed(plan, images)) log(`not rehearsed: ${name}: ${reason}`);
    },
    2 * minute,
  );

  it("has its pods' network from flannel, and nothing of the rehearsal's own", async () => {
    for (const machine of cluster.status.machines) {
      const found = await cluster.runOn(machine, "ls /etc/cni/net.d; grep -c FLANNEL_SUBNET /run/flannel/subnet.env");
      expect([machine.name, found]).toEqual([machine.name, "10-flannel.conflist\n1\n"]);
    }
  });

  it("speaks to kubelets that prove who they are", async () => {
    const { items } = JSON.parse(await cluster.kubectl("get", "certificatesigningrequests", "-o", "json")) as {
      items: { spec: { signerName: string }; status: { certificate?: string } }[];
    };
    const serving = items.filter(({ spec }) => spec.signerName === "kubernetes.io/kubelet-serving");
    expect(serving.filter(({ status }) => status.certificate !== undefined).length).toBeGreaterThanOrEqual(4);
    const [pod] = await cluster.list("pods", "-n", "kube-system", "-l", "k8s-app=kube-proxy");
    expect(await cluster.kubectl("-n", "kube-system", "logs", pod?.metadata.name ?? "", "--tail=1")).not.toBe("");
  });

  it("has three voting members of etcd", async () => {
    expect(Object.keys(await cluster.etcdMembers(cluster.controlPlaneMachine("a"))).sort()).toEqual(["a", "b", "c"]);
  });

  serviceTests(() => cluster);

  it("keeps secrets so that etcd cannot read them", async () => {
    await cluster.kubectl("create", "secret", "generic", "probe", "--from-literal=password=correct-horse");
    const read = "etcdctl get /registry/secrets/default/probe --print-value-only | head -c 24";
    const stored = await cluster.runOn(
      cluster.controlPlaneMachine("a"),
      `. /opt/holdfast/current/lib/node.sh; etcd_client; ${read}`,
    );
    expect(stored).toMatch(/^k8s:enc:secretbox:v1:1:/);
  });

  it(
    "records in CloudWatch what it has refused",
    async () => {
      const { address, id: stream } = cluster.controlPlaneMachine("b");
      const refused = await cluster.runOn(
        cluster.controlPlaneMachine("b"),
        `curl -sk -o /dev/null -D - https://${address}:6443/api`,
      );
      expect(refused).toContain("401");
      const record = /audit-id: (\S+)/i.exec(refused)?.[1] ?? "none";
      const request = JSON.stringify({ logGroupName: "/holdfast/staging/audit", logStreamName: stream });
      const ask = [
        "set -a; . /etc/environment; set +a; for part in node aws; do . /opt/holdfast/current/lib/$part.sh; done",
        "AWS_REGION=$(node .region); aws_login",
        `aws_request logs "$(aws_endpoint logs)/" -X POST -H "x-amz-target: Logs_20140328.GetLogEvents" -H "content-type: application/x-amz-json-1.1" --data '${request}'`,
        `grep -c '${record}' <<<"$AWS_BODY" || true`,
      ].join("\n");
      await waitUntil(
        "the record",
        minute,
        async () => (await cluster.runOn(cluster.controlPlaneMachine("b"), ask)).trim() !== "0",
      );
    },
    2 * minute,
  );

  it("needs nothing that the plan's security groups forbid, and gets nothing that they do not allow", async () => {
    // What the probe below is about to cause must not be in here.
    expect(await cluster.client.droppedFlows()).toEqual([]);
    const { worker } = cluster;
    const member = cluster.controlPlaneMachine("a");
    for (const port of [2379, 2380]) {
      const connect = `timeout 3 bash -c '</dev/tcp/${member.address}/${port}' 2>/dev/null; echo $?`;
      // 124: nobody answered, not even with a refusal.
      expect((await cluster.runOn(worker, connect)).trim()).toBe("124");
      expect(await cluster.client.droppedFlows()).toContainEqual(
        expect.objectContaining({ source: worker.address, destination: member.address, port }),
      );
    }
  });
});

/** Pods in kube-system whose images this host has a build of. */
async function builtPods(): Promise<KubernetesObject[]> {
  type Pod = KubernetesObject & { spec: { containers: { image: string }[]; initContainers?: { image: string }[] } };
  const pods = (await cluster.list("pods", "-n", "kube-system")) as Pod[];
  return pods.filter(({ spec }) =>
    [...spec.containers, ...(spec.initContainers ?? [])].every(({ image }) => images.includes(image)),
  );
}

describe("validation", () => {
  it(
    "passes when all is well",
    async () => {
      const found = await validate(id);
      expect(failures(found)).toEqual([]);
      expect(found.valid).toBe(true);
      expect(new Set(found.checks.map(({ area }) => area))).toEqual(new Set(areas));
      // API servers' certificates through the load balancer, three authorities, the administrator's, every kubelet's.
      const certificates = found.checks.find(({ area }) => area === "certificates");
      expect(Number(/^(\d+) looked at/.exec(certificates?.message ?? "")?.[1])).toBeGreaterThanOrEqual(9);
    },
    2 * minute,
  );

  it(
    "names the control plane that is off, and passes again when it is back",
    async () => {
      const { name, id: node } = cluster.controlPlaneMachine("c");
      await cluster.client.powerOff(name);
      let found: Validation | undefined;
      await waitUntil("the failure is found", 3 * minute, async () => {
        found = await validate(id);
        return failures(found).some((failure) => failure.includes(node));
      });
      log(`validation with ${name} off: ${failures(found as Validation).join("; ")}`);
      expect(found?.valid).toBe(false);
      await cluster.client.powerOn(name);
      await waitUntil("the cluster is valid again", 4 * minute, async () => (await validate(id)).valid);
    },
    8 * minute,
  );
});

describe("secrets", () => {
  it(
    "are in no log, user data or command line of any machine",
    async () => {
      const wanted = await secretsOf(cluster);
      const sources = [
        "cat /var/log/cloud-init*.log /var/lib/cloud/instance/user-data.txt* /etc/holdfast/node.json",
        "journalctl --no-pager -o cat",
        "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '",
      ];
      for (const machine of cluster.status.machines) {
        const readable = await cluster.runOn(machine, sources.join("; "));
        expect(readable.length).toBeGreaterThan(10_000);
        expect([machine.name, wanted.filter((secret) => readable.includes(secret)).length]).toEqual([machine.name, 0]);
      }
    },
    2 * minute,
  );

  it("are in none of the rehearsal's own logs", async () => {
    const wanted = await secretsOf(cluster);
    const { directory } = cluster.client.paths;
    const logs = readdirSync(directory, { recursive: true, encoding: "utf8" })
      .filter((name) => /^[^/]+\.(log|jsonl)$|^machines\/[^/]+\/[^/]+\.log$|^services\/.*\.log$/.test(name))
      .map((name) => readFileSync(join(directory, name), "utf8"));
    expect(logs.length).toBeGreaterThan(2);
    expect(wanted.filter((secret) => logs.some((log) => log.includes(secret)))).toEqual([]);
  });
});

describe("when a control-plane machine loses its power", () => {
  it.each(["a", "b", "c"])(
    "member %s: the API goes on, nothing acknowledged is lost, and it comes back",
    async (letter) => {
      const { name } = cluster.controlPlaneMachine(letter);
      const writer = await startWriter(`power-${letter}`);
      await sleep(2000);
      const off = Date.now();
      await cluster.client.powerOff(name);
      await sleep(20_000);
      await cluster.client.powerOn(name);
      await waitUntil(`${name} Ready again`, 3 * minute, async () => {
        const { machines } = await cluster.refresh();
        return machines.find((machine) => machine.name === name)?.ready === true;
      });
      const back = Date.now();
      await sleep(3000);
      await writer.stop();
      log(`member ${letter}: ${writer.describe(off)}; Ready again after ${secondsSince(off, back)} s`);
      expect(writer.writes.length).toBeGreaterThan(50);
      expect(writer.longestOutage).toBeLessThan(longestOutageMs);
      expect(writer.failedUntil(off)).toBeLessThan(lastFailureMs);
      expect(await writer.lost()).toEqual([]);
    },
    6 * minute,
  );
});

describe("when a control-plane machine is destroyed", () => {
  it(
    "its group starts another, which takes over the member's volume and name",
    async () => {
      const before = cluster.controlPlaneMachine("b");
      const witness = cluster.controlPlaneMachine("a");
      const identities = await cluster.etcdMembers(witness);
      const writer = await startWriter("replacement");
      const destroyed = Date.now();
      await cluster.client.destroy(before.name);
      await waitUntil("a new machine is ready and the old one's node is gone", 5 * minute, async () => {
        const { ready } = await cluster.refresh();
        const now = cluster.controlPlaneMachine("b");
        if (!ready || now.id === before.id) return false;
        const nodes = await cluster.nodeNames();
        return nodes.includes(now.id) && !nodes.includes(before.id);
      });
      const ready = Date.now();
      const after = cluster.controlPlaneMachine("b");
      await writer.stop();
      log(`member b: ${writer.describe(destroyed)}; replaced after ${secondsSince(destroyed, ready)} s`);
      // The same member with the same data: nobody was removed from etcd or added to it.
      expect(await cluster.etcdMembers(witness)).toEqual(identities);
      const holdsData = "findmnt -no TARGET /var/lib/etcd && ls /var/lib/etcd/*/member/wal | grep -c wal";
      expect(await cluster.runOn(after, holdsData)).toMatch(/^\/var\/lib\/etcd\n[1-9]/);
      const named = "getent hosts etcd-b.$(jq -r .domain /etc/holdfast/node.json) | cut -d' ' -f1";
      expect((await cluster.runOn(cluster.controlPlaneMachine("c"), named)).trim()).toBe(after.address);
      await cluster.etcdctl(witness, "endpoint health --cluster");
      expect(writer.longestOutage).toBeLessThan(longestOutageMs);
      expect(writer.failedUntil(destroyed)).toBeLessThan(lastFailureMs);
      // Nor has anything been lost that was written before.
      expect(await Promise.all(writers.map((each) => each.lost()))).toEqual(writers.map(() => []));
    },
    8 * minute,
  );
});

addonTests(() => cluster);

loadBalancerTests(() => ({ cluster, plan }));

describe("when the rehearsal ends", () => {
  it(
    "leaves nothing behind",
    async () => {
      const { directory } = cluster.client.paths;
      await down(id);
      expect(() => readdirSync(directory)).toThrow("ENOENT");
      const { stdout: namespaces } = await run("ip", ["netns", "list"]);
      expect(namespaces).not.toContain(cluster.status.namespace);
      const { stdout: loops } = await run("losetup", ["--list", "--noheadings", "--output", "BACK-FILE"]);
      expect(loops).not.toContain(directory);
      expect(readFileSync("/proc/self/mounts", "utf8")).not.toContain(directory);
      const { stdout: processes } = await run("ps", ["-eo", "args"]);
      expect(processes.split("\n").filter((line) => line.includes(directory))).toEqual([]);
    },
    3 * minute,
  );
});
