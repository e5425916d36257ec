/** Boots the dev stack with Cilium, two workers and two tenants: traffic between nodes, Services, DNS, and the tenants' policies. */
import { setTimeout as sleep } from "node:timers/promises";
import { echoImage } from "../../rehearsal/assets";
import { boot, down } from "../../rehearsal/boot";
import { type KubernetesObject, RehearsedCluster, isReady, waitUntil } from "../../rehearsal/drills/rehearsedCluster";
import { ObjectPaths, applyObject } from "../../rehearsal/kubernetes/applyObjects";
import type { Manifest } from "../../rehearsal/kubernetes/plannedObjects";
import { ciliumChosen } from "../../rehearsal/settingOverrides";
import { representative } from "../long";
import { log } from "./log";

const id = "ciliumtest";
const minute = 60_000;
const tenants = ["shop", "data"];

let cluster: RehearsedCluster;
/** Nodes of the workers. */
let workers: readonly string[];

/** Its build takes minutes. */
const describeCilium = representative ? describe.skip : describe;

/** Pod that answers with its name, as the tenants' limits and Pod Security allow it. */
function pod(name: string, namespace: string, nodeName: string): Manifest {
  const metadata = { name, namespace, labels: { app: name } };
  const container = {
    ...{ name: "echo", image: echoImage },
    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  };
  const securityContext = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
  return {
    ...{ apiVersion: "v1", kind: "Pod", metadata },
    spec: {
      ...{ containers: [container], securityContext, automountServiceAccountToken: false },
      nodeSelector: { "kubernetes.io/hostname": nodeName },
    },
  };
}

const service = (name: string, namespace: string): Manifest => ({
  ...{ apiVersion: "v1", kind: "Service", metadata: { name, namespace } },
  spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
});

interface Pod extends KubernetesObject {
  readonly spec: { readonly nodeName?: string };
  readonly status: KubernetesObject["status"] & { readonly podIP?: string };
}

const listPods = (namespace: string, labels = ""): Promise<Pod[]> =>
  cluster.list<Pod>(`namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(labels)}`);

async function findPod(name: string): Promise<Pod> {
  const [found] = (await Promise.all(tenants.map((tenant) => listPods(tenant, `app=${name}`)))).flat();
  if (found === undefined) throw new Error(`no pod ${name}`);
  return found;
}

async function create(manifest: Manifest): Promise<void> {
  const { client } = cluster;
  const refusal = await applyObject(client, new ObjectPaths(client), manifest, [echoImage]);
  if (refusal !== undefined) throw new Error(refusal.message);
}

const untilReady = (namespace: string, labels?: string): Promise<void> =>
  waitUntil(`the pods of ${namespace}`, 3 * minute, async () => {
    const pods = await listPods(namespace, labels);
    return pods.length > 0 && pods.every(isReady);
  });

const serverOf = (tenant: string): string => `${tenant}-server`;
const clientOf = (tenant: string): string => `${tenant}-client`;

/** Sends a request from a pod's network, with its DNS settings. @returns the answer, or curl's message. */
async function request(client: string, url: string): Promise<string> {
  const { nodeName } = (await findPod(client)).spec;
  const machine = cluster.workerMachines.find((each) => each.id === nodeName);
  if (machine === undefined) throw new Error(`${client} runs on no worker`);
  return cluster.runOn(
    machine,
    `for pid in $(pgrep -x echo); do
      [ "$(nsenter -t "$pid" -u hostname)" = ${client} ] || continue
      copy=$(mktemp)
      cat "/proc/$pid/root/etc/resolv.conf" >"$copy"
      unshare -m bash -c "mount --bind $copy /etc/resolv.conf && exec nsenter -t $pid -n curl -sS -m 3 ${url} 2>&1" || true
      exit 0
    done
    exit 1`,
  );
}

describeCilium("Cilium", () => {
  beforeAll(async () => {
    await down(id);
    const overrides = { ...ciliumChosen, tenants: Object.fromEntries(tenants.map((tenant) => [tenant, {}])) };
    const client = await boot({ stack: "dev", id, overrides, machines: { "dev-worker-general": 2 } });
    cluster = await RehearsedCluster.connect(client);
    workers = cluster.workerMachines.map((machine) => machine.id);
    log(`all nodes ready after ${cluster.status.readyAfter ?? "?"} s`);
    await untilReady("kube-system", "k8s-app=kube-dns");
    // Clients and servers on different nodes.
    const [first = "", second = ""] = workers;
    for (const tenant of tenants) {
      await create(service(serverOf(tenant), tenant));
      await create(pod(serverOf(tenant), tenant, first));
      await create(pod(clientOf(tenant), tenant, second));
    }
    for (const tenant of tenants) await untilReady(tenant);
  }, 40 * minute);

  afterAll(async () => {
    await down(id);
  }, 5 * minute);

  const agents = (): Promise<readonly Pod[]> => listPods("kube-system", "k8s-app=cilium");

  it("runs on every node, and reports that it is well", async () => {
    const nodes = await cluster.list("nodes");
    expect(nodes.map(isReady)).toEqual([true, true, true]);
    expect((await agents()).map(({ spec }) => spec.nodeName).sort()).toEqual(
      nodes.map(({ metadata }) => metadata.name).sort(),
    );
    const status = ["-c", "cilium-agent", "--", "cilium-dbg", "status", "--brief"];
    // A controller that a change has just ended counts as an error until its next run.
    await waitUntil("all agents to report OK", minute, async () => {
      const names = (await agents()).map(({ metadata }) => metadata.name);
      const exec = (name: string) => cluster.kubectl("-n", "kube-system", "exec", name, ...status);
      return (await Promise.all(names.map(exec))).every((answer) => answer.trim() === "OK");
    });
  });

  it("carries traffic within a tenant: pod to pod on another node, Service, DNS", async () => {
    for (const tenant of tenants) {
      const address = (await findPod(serverOf(tenant))).status.podIP ?? "";
      expect(await request(clientOf(tenant), `http://${address}:8080/`)).toContain(serverOf(tenant));
      expect(await request(clientOf(tenant), `http://${serverOf(tenant)}/`)).toContain(serverOf(tenant));
    }
  });

  it("denies traffic between tenants, to pods and to Services", async () => {
    for (const [tenant, other] of [tenants, tenants.toReversed()]) {
      if (tenant === undefined || other === undefined) continue;
      const address = (await findPod(serverOf(other))).status.podIP ?? "";
      for (const url of [`http://${address}:8080/`, `http://${serverOf(other)}.${other}/`]) {
        expect(await request(clientOf(tenant), url)).toMatch(/Connection timed out/);
      }
    }
  });

  it(
    "carries traffic while an agent is replaced, and connects new pods afterwards",
    async () => {
      const node = workers[1];
      const agent = (await agents()).find(({ spec }) => spec.nodeName === node);
      await cluster.kubectl("-n", "kube-system", "delete", "pod", agent?.metadata.name ?? "", "--wait=false");
      const answers: string[] = [];
      for (let number = 0; number < 20; number++) {
        answers.push(await request(clientOf("shop"), `http://${serverOf("shop")}/`));
        await sleep(200);
      }
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toContain(serverOf("shop"));
      await waitUntil("a new agent", 3 * minute, async () => {
        const found = (await agents()).find(({ spec }) => spec.nodeName === node);
        return found !== undefined && found.metadata.name !== agent?.metadata.name && isReady(found);
      });
      await create(pod("shop-late", "shop", node ?? ""));
      await untilReady("shop");
      expect(await request("shop-late", `http://${serverOf("shop")}/`)).toContain(serverOf("shop"));
      expect(await request("shop-late", `http://${serverOf("data")}.data/`)).toMatch(/Connection timed out/);
    },
    10 * minute,
  );
});
