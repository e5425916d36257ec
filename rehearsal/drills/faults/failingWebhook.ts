import { messageOf } from "../../../cli/program";
import { setTimeout as sleep } from "node:timers/promises";
import { systemNamespace } from "../../../components/addons/shared/pods.plan";
import { echoImage } from "../../assets";
import type { Drill } from "../drill";
import { elapsed, formatSeconds } from "../durations";
import { listPoolInstances, shrinkPool } from "../pool";
import { requireReadyNodes } from "../readyNodes";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";
import { TerminationHandler } from "../standIns/terminationHandler";
import { Workload } from "../workload";

const name = "holdfast-drill.example.com";
const collection = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
const refusal = "failed calling webhook";
/** Longer than the lease of a node and that of a leader: 40 s and 15 s. */
const holdMs = 60_000;
/** The ReplicaSet controller doubles its pause after each refusal: the next attempt may take as long as all before it. */
const retryMs = 300_000;
const workers = 2;

/** Webhook of a program that was deleted with its Service. As in careless charts, it excludes no namespace. */
const webhook = (namespace: string): object => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name },
  webhooks: [
    {
      name,
      clientConfig: { service: { namespace, name: "deleted", path: "/validate" } },
      rules: [
        { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods", "nodes"], scope: "*" },
      ],
      failurePolicy: "Fail",
      sideEffects: "None",
      timeoutSeconds: 5,
      admissionReviewVersions: ["v1"],
    },
  ],
});

/** Holders of the control plane's leader leases. */
const readLeaders = (cluster: RehearsedCluster): Promise<string> =>
  cluster.kubectl(
    ...["-n", systemNamespace, "get", "leases", "kube-controller-manager", "kube-scheduler"],
    ...["-o", "jsonpath={range .items[*]}{.metadata.name}={.spec.holderIdentity} {end}"],
  );

async function createWebhook(cluster: RehearsedCluster, namespace: string): Promise<void> {
  const body = JSON.stringify(webhook(namespace));
  const created = await cluster.client.kubernetes({
    ...{ method: "POST", path: collection, contentType: "application/json", body },
  });
  if (created.status !== 201) throw new Error(`the webhook was not created: ${created.status} ${created.body}`);
  const tryPod = ["-n", namespace, "run", "probe", `--image=${echoImage}`, "--dry-run=server"];
  await waitUntil("a refused pod", 30_000, () =>
    cluster.kubectl(...tryPod).then(
      () => false,
      (error: unknown) => messageOf(error).includes(refusal),
    ),
  );
}

const deleteWebhook = (cluster: RehearsedCluster): Promise<unknown> =>
  cluster.kubectl("delete", "validatingwebhookconfiguration", name, "--ignore-not-found");

/** Waits until the kubelet of a new machine of the pool has logged why it cannot register its node. */
async function waitForRefusedNode(cluster: RehearsedCluster, before: readonly string[]): Promise<string> {
  const read = `journalctl -u kubelet -o cat --no-pager | grep -F '${refusal}' | tail -n 1 || true`;
  let line = "";
  await waitUntil("a kubelet whose node is refused", 240_000, async () => {
    await cluster.refresh();
    const added = cluster.workerMachines.filter(({ id }) => !before.includes(id));
    for (const machine of added) line ||= (await cluster.runOn(machine, read)).trim();
    return line !== "";
  });
  return line;
}

/** What exists continues: pods, nodes, leaders, writes of other kinds. New pods and nodes wait until the webhook is deleted. */
export const failingWebhook: Drill = {
  name: "failing-webhook",
  description:
    `a validating webhook with failurePolicy Fail for all new pods and nodes does not answer for ${formatSeconds(holdMs, 0)} and more, because its ` +
    "program was deleted: a rollout and a new worker wait, while nodes stay Ready, pods run and leaders keep their leases; after its " +
    "deletion both continue",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 240_000, lost: "none" },
  members: 1,
  soak: { members: 0, seconds: 240 },
  async inject({ cluster, faultBegins, faultEnds, addCleanup, log }) {
    const handler = await TerminationHandler.start(cluster);
    addCleanup(async () => handler?.stop());
    const { group } = cluster.worker;
    const before = listPoolInstances(cluster, group);
    const workload = await Workload.start(cluster, 1);
    addCleanup(() => shrinkPool(cluster));
    addCleanup(() => workload.stop());
    const leaders = await readLeaders(cluster);
    faultBegins();
    try {
      await createWebhook(cluster, workload.namespace);
      const began = Date.now();
      await requireReadyNodes(cluster, log, async () => {
        await workload.scale(workers);
        await workload.waitForFailedPods(30_000);
        await cluster.client.setDesiredCapacity(group, workers);
        log(`kubelet of the new worker after ${elapsed(began)}: ${await waitForRefusedNode(cluster, before)}`);
        await sleep(Math.max(0, began + holdMs - Date.now()));
      });
      const now = await readLeaders(cluster);
      if (now !== leaders) throw new Error(`the leaders changed from ${leaders}to ${now}`);
      if (workload.minReady < 1) throw new Error("the running pod was not ready all the time");
    } finally {
      await deleteWebhook(cluster);
      faultEnds();
    }
    return () => workload.waitForReadyPods(workers, retryMs);
  },
};
