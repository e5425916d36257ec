/** Boots the staging stack and injects faults. All tests share one rehearsal; each leaves it at full strength for the next. */
import { execFile } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { apiName } from "../../components/api/address.plan";
import { etcdMembers, placeholderAddress } from "../../components/etcd/members.plan";
import { type Validation, areas } from "../../operations/validate/result";
import { prepareAssets } from "../../rehearsal/assets";
import { boot, down, planRehearsal, stackSpec } from "../../rehearsal/boot";
import { callJsonApi } from "../../rehearsal/drills/aws";
import { healthCheckWindow } from "../../rehearsal/drills/drill";
import { elapsed } from "../../rehearsal/drills/durations";
import { powerOff } from "../../rehearsal/drills/faults/powerOff";
import { waitForFullStrength } from "../../rehearsal/drills/fullStrength";
import { type KubernetesObject, RehearsedCluster, isReady, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import { runDrill } from "../../rehearsal/drills/runDrill";
import { Recorder } from "../../rehearsal/drills/recorder";
import { applyObjects } from "../../rehearsal/kubernetes/applyObjects";
import { notRehearsed, plannedObjects } from "../../rehearsal/kubernetes/plannedObjects";
import type { Plan } from "../../plan/planStack";
import { longTest } from "../long";
import { iamTests } from "./iamTests";
import { loadBalancerTests } from "./loadBalancerTests";
import { addonTests } from "./addonTests";
import { componentSettings, componentTests } from "./componentTests";
import { etcdTests } from "./etcdTests";
import { hardeningTests } from "./hardeningTests";
import { log } from "./log";
import { secretsOf } from "./secrets";
import { registryTests } from "./registryTests";
import { serviceTests } from "./serviceTests";
import { firstAnswers } from "./firstAnswers";
import { failures, validate } from "./validation";

const run = promisify(execFile);
const id = "boottest";
const minute = 60_000;

let cluster: RehearsedCluster;
let plan: Plan;
/** Images with a local build; pods with other images stay pending. */
let images: readonly string[];
/** Answers of DNS before the first machine boots. */
let beforeBoot: Promise<unknown>;

beforeAll(async () => {
  const spec = await stackSpec("staging");
  await down(id);
  beforeBoot = firstAnswers(id, [apiName(spec.domain), ...etcdMembers(spec).map(({ dnsName }) => dnsName)]);
  const client = await boot({
    stack: "staging",
    id,
    overrides: componentSettings,
    report: (step, state, seconds) => {
      if (state !== "cached") log(`assets: ${step} ${state} ${seconds?.toFixed(1) ?? ""}`);
    },
  });
  cluster = await RehearsedCluster.connect(client);
  const assets = await prepareAssets({ kubernetesVersion: spec.kubernetesVersion, report: () => undefined });
  plan = await planRehearsal({ stack: "staging", overrides: componentSettings }, assets);
  images = assets.images;
  log(`all nodes ready after ${cluster.status.readyAfter ?? "?"} s`);
}, 40 * minute);

afterAll(async () => {
  await down(id);
}, 5 * minute);

describe("the cluster", () => {
  it("has only Ready nodes of the stack's version", async () => {
    const nodes = await cluster.list("nodes");
    expect(await cluster.nodeNames()).toEqual(cluster.status.machines.map((machine) => machine.id).sort());
    expect(nodes).toHaveLength(4);
    for (const node of nodes) {
      const found = [node.metadata.name, isReady(node), node.status.nodeInfo?.kubeletVersion];
      expect(found).toEqual([node.metadata.name, true, "v1.36.3"]);
    }
  });

  // Resolvers of a VPC remember for minutes that a name does not exist.
  it("has the names of its API and of etcd's members before a machine asks for one", async () => {
    expect(await beforeBoot).toEqual({
      "api.staging.holdfast.internal": expect.arrayContaining([expect.stringMatching(/^10\.0\./)]) as unknown,
      "etcd-a.staging.holdfast.internal": [placeholderAddress],
      "etcd-b.staging.holdfast.internal": [placeholderAddress],
      "etcd-c.staging.holdfast.internal": [placeholderAddress],
    });
    const log = readFileSync(join(cluster.client.paths.service("dns"), "log"), "utf8");
    // The log works: IPv6 addresses are what no name has.
    expect(log).toContain("AAAA etcd-a.staging.holdfast.internal. NOERROR");
    expect(log.split("\n").filter((line) => /staging\.holdfast\.internal\. NXDOMAIN/.test(line))).toEqual([]);
  });

  it("spreads its members across three zones", () => {
    expect(new Set(["a", "b", "c"].map((letter) => cluster.controlPlaneMachine(letter).zone)).size).toBe(3);
  });

  it(
    "runs its system pods",
    async () => {
      await waitUntil("all pods in kube-system", 3 * minute, async () => {
        const pods = await builtPods();
        return pods.length > 0 && pods.every(isReady);
      });
      const pods = await cluster.list("namespaces/kube-system/pods");
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
    "accepts every object of the plan, in a dry run and for real",
    async () => {
      const { accepted, refused } = await applyObjects(cluster.client, plan, { images });
      expect(refused).toEqual([]);
      expect(accepted).toHaveLength(plannedObjects(plan).length);
      expect(accepted.length).toBeGreaterThan(30);
      for (const { name, reason } of notRehearsed(plan, images)) log(`not rehearsed: ${name}: ${reason}`);
    },
    2 * minute,
  );

  it(
    "idle nodes do not write their status",
    async () => {
      const versions = async () =>
        (await cluster.list("nodes")).map(({ metadata }) => (metadata as { resourceVersion?: string }).resourceVersion);
      let before = await versions();
      // Four of kubelet's intervals; controllers may still update new nodes.
      await waitUntil("no write of a node's status for 16 s", 2 * minute, async () => {
        await new Promise((resolve) => setTimeout(resolve, 16_000));
        const now = await versions();
        const unchanged = now.join() === before.join();
        before = now;
        return unchanged;
      });
    },
    3 * minute,
  );

  it("has the pod network of flannel, and no CNI configuration of the rehearsal", async () => {
    for (const machine of cluster.status.machines) {
      const found = await cluster.runOn(machine, "ls /etc/cni/net.d; grep -c FLANNEL_SUBNET /run/flannel/subnet.env");
      expect([machine.name, found]).toEqual([machine.name, "10-flannel.conflist\n1\n"]);
    }
  });

  it("verifies the serving certificates of kubelets", async () => {
    const { items } = JSON.parse(await cluster.kubectl("get", "certificatesigningrequests", "-o", "json")) as {
      items: { spec: { signerName: string }; status: { certificate?: string } }[];
    };
    const serving = items.filter(({ spec }) => spec.signerName === "kubernetes.io/kubelet-serving");
    expect(serving.filter(({ status }) => status.certificate !== undefined).length).toBeGreaterThanOrEqual(4);
    const [pod] = await cluster.list("namespaces/kube-system/pods?labelSelector=k8s-app=kube-proxy");
    expect(await cluster.kubectl("-n", "kube-system", "logs", pod?.metadata.name ?? "", "--tail=1")).not.toBe("");
  });

  it("has three voting etcd members", async () => {
    expect(Object.keys(await cluster.listVoters())).toEqual(["a", "b", "c"]);
  });

  hardeningTests(() => cluster, id);
  componentTests(
    () => cluster,
    () => plan.spec,
  );

  serviceTests(() => cluster);
  registryTests(() => cluster);

  it("encrypts Secrets in etcd", async () => {
    await cluster.kubectl("create", "secret", "generic", "probe", "--from-literal=password=correct-horse");
    const read = "etcdctl get /registry/secrets/default/probe --print-value-only | head -c 24";
    const stored = await cluster.runOnMember("a", read);
    expect(stored).toMatch(/^k8s:enc:secretbox:v1:1:/);
  });

  it(
    "records refused requests in CloudWatch",
    async () => {
      const { address, id: stream } = cluster.controlPlaneMachine("b");
      const refused = await cluster.runOn(
        cluster.controlPlaneMachine("b"),
        `curl -sk -o /dev/null -D - https://${address}:6443/api`,
      );
      expect(refused).toContain("401");
      const record = /audit-id: (\S+)/i.exec(refused)?.[1] ?? "none";
      // As an administrator: members may write records, but not read them.
      const request = { logGroupName: "/holdfast/staging/audit", logStreamName: stream };
      await waitUntil("the record", minute, async () => {
        const events = await callJsonApi(cluster, "logs", "Logs_20140328.GetLogEvents", request);
        return JSON.stringify(events).includes(record);
      });
    },
    2 * minute,
  );

  it("opens no connection that the security groups drop, and they drop connections without a rule", async () => {
    // Before the probe below, which causes dropped flows.
    expect(await cluster.client.droppedFlows()).toEqual([]);
    const { worker } = cluster;
    const member = cluster.controlPlaneMachine("a");
    for (const port of [2379, 2380]) {
      const connect = `timeout 3 bash -c '</dev/tcp/${member.address}/${port}' 2>/dev/null; echo $?`;
      // 124: timeout; the packet was dropped, not rejected.
      expect((await cluster.runOn(worker, connect)).trim()).toBe("124");
      expect(await cluster.client.droppedFlows()).toContainEqual(
        expect.objectContaining({ source: worker.address, destination: member.address, port }),
      );
    }
  });
});

/** Pods in kube-system whose images have a local build. */
async function builtPods(): Promise<KubernetesObject[]> {
  type Pod = KubernetesObject & { spec: { containers: { image: string }[]; initContainers?: { image: string }[] } };
  const pods = await cluster.list<Pod>("namespaces/kube-system/pods");
  return pods.filter(({ spec }) =>
    [...spec.containers, ...(spec.initContainers ?? [])].every(({ image }) => images.includes(image)),
  );
}

describe("validation", () => {
  it(
    "passes on a healthy cluster",
    async () => {
      const found = await validate(id);
      expect(failures(found)).toEqual([]);
      expect(found.valid).toBe(true);
      expect(new Set(found.checks.map(({ area }) => area))).toEqual(new Set(areas));
      // Certificates of API servers, three authorities, the administrator and every kubelet.
      const certificates = found.checks.find(({ area }) => area === "certificates");
      expect(Number(/^(\d+) checked/.exec(certificates?.message ?? "")?.[1])).toBeGreaterThanOrEqual(9);
    },
    2 * minute,
  );

  longTest(
    "names a stopped control-plane machine, and passes again when it is back",
    async () => {
      const { name, id: node } = cluster.controlPlaneMachine("c");
      await cluster.client.powerOff(name);
      let found: Validation | undefined;
      await waitUntil("the failed check", 3 * minute, async () => {
        found = await validate(id);
        return failures(found).some((failure) => failure.includes(node));
      });
      log(`validation with ${name} off: ${failures(found as Validation).join("; ")}`);
      expect(found?.valid).toBe(false);
      await cluster.client.powerOn(name);
      await waitUntil("a valid cluster", 4 * minute, async () => (await validate(id)).valid);
    },
    8 * minute,
  );
});

describe("secrets", () => {
  it(
    "are in no log, user data or command line of a machine",
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

  it("are in no log of the rehearsal", async () => {
    const wanted = await secretsOf(cluster);
    const { directory } = cluster.client.paths;
    const logs = readdirSync(directory, { recursive: true, encoding: "utf8" })
      .filter((name) => /^[^/]+\.(log|jsonl)$|^machines\/[^/]+\/[^/]+\.log$|^services\/.*\.log$/.test(name))
      .map((name) => readFileSync(join(directory, name), "utf8"));
    expect(logs.length).toBeGreaterThan(2);
    expect(wanted.filter((secret) => logs.some((log) => log.includes(secret)))).toEqual([]);
  });
});

describe("a power failure of a control-plane machine", () => {
  // One member: the drills power-off-a, -b and -c are for all of them.
  it(
    "stays within the limits of the drill",
    async () => {
      expect((await runDrill(powerOff("c"), cluster, log)).result.violations).toEqual([]);
    },
    12 * minute,
  );
});

describe("a destroyed control-plane machine", () => {
  it(
    "is replaced by another one, which takes over the member's volume and name",
    async () => {
      const before = cluster.controlPlaneMachine("b");
      const identities = await cluster.listVoters();
      const recorder = await Recorder.start(cluster, "replacement");
      const destroyed = Date.now();
      await cluster.client.destroy(before.name);
      await waitUntil("the new machine", minute, async () => {
        await cluster.refresh();
        return cluster.controlPlaneMachine("b").id !== before.id;
      });
      const ready = await waitForFullStrength(cluster, 5 * minute);
      const after = cluster.controlPlaneMachine("b");
      await recorder.stop();
      log(`member b: ${recorder.describe(destroyed)}; replaced after ${elapsed(destroyed, ready)}`);
      // The same member with the same data: the membership is unchanged.
      expect(await cluster.listVoters()).toEqual(identities);
      const holdsData = "findmnt -no TARGET /var/lib/etcd && ls /var/lib/etcd/*/member/wal | grep -c wal";
      expect(await cluster.runOn(after, holdsData)).toMatch(/^\/var\/lib\/etcd\n[1-9]/);
      const named = "getent hosts etcd-b.$(jq -r .domain /opt/holdfast/current/cluster.json) | cut -d' ' -f1";
      expect((await cluster.runOn(cluster.controlPlaneMachine("c"), named)).trim()).toBe(after.address);
      await cluster.runOnMember("a", "etcdctl endpoint health --cluster");
      expect(recorder.longestOutage).toBeLessThan(healthCheckWindow.outageMs);
      expect(recorder.failedUntil(destroyed)).toBeLessThan(healthCheckWindow.failuresMs);
      expect(await recorder.listLost()).toEqual([]);
      expect((await recorder.check()).violations).toEqual([]);
    },
    8 * minute,
  );
});

addonTests(() => cluster);

loadBalancerTests(() => ({ cluster, plan }));

etcdTests(() => cluster, id);

iamTests(() => cluster);

describe("after the rehearsal", () => {
  it(
    "nothing is left",
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
