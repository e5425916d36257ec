import { bundleFolder } from "../../../components/node/bundleFiles.plan";
import type { MachineStatus } from "../../supervisor/status";
import { administratorS3, callQueryApi, elementTexts } from "../aws";
import type { Drill } from "../drill";
import { waitForReplacement } from "../memberReplacement";
import { type RehearsedCluster, waitUntil } from "../rehearsedCluster";
import { startRollout } from "../rollout";

/** Text of the API server about an authentication configuration with an unknown field. */
const reason = 'unknown field "drill"';
const refusal = "refused: the API server does not accept its configuration: ";

/** Uploads a changed copy of a machine's node bundle. @param change shell command, run in the copy. @returns its SHA-256. */
function uploadBundle(cluster: RehearsedCluster, machine: MachineStatus, change: string): Promise<string> {
  return cluster.runWithLibraries(
    machine,
    `set -e; ${administratorS3}
    work=$(mktemp -d); cp -a "$(readlink -f "$HOLDFAST")/." "$work"
    cd "$work"; ${change}
    tar -czf /tmp/holdfast-drill.tar.gz .
    sum=$(sha256sum /tmp/holdfast-drill.tar.gz | cut -d ' ' -f 1)
    . "$CONFIG/bundle.env"
    administrator_s3 -T /tmp/holdfast-drill.tar.gz "$(s3_url "$BUNDLE_BUCKET" "${bundleFolder("members")}/$sum.tar.gz")"
    rm -rf "$work" /tmp/holdfast-drill.tar.gz
    echo "$sum"`,
  );
}

/** Boot identity of each member's API server, and the machine. */
async function listApiServers(cluster: RehearsedCluster): Promise<string> {
  const found = await Promise.all(
    cluster.controlPlaneMachines.map(async (machine) => {
      const started = await cluster.runOn(machine, "stat -c %Y /proc/$(pidof kube-apiserver)");
      return `${machine.id} ${started.trim()}`;
    }),
  );
  return found.toSorted().join();
}

/** Waits until every member has logged why it keeps its configuration. */
function waitForRefusals(cluster: RehearsedCluster, since: number): Promise<void> {
  const count = `journalctl -t holdfast -o cat --no-pager --since @${since} | grep -F ${JSON.stringify(refusal)} | grep -cF '${reason}' || true`;
  return waitUntil("every member to refuse the configuration", 300_000, async () => {
    const counts = await Promise.all(cluster.controlPlaneMachines.map((machine) => cluster.runOn(machine, count)));
    return counts.every((each) => each.trim() !== "0");
  });
}

/** Highest value of the metric of the alarm. */
async function readMetric(cluster: RehearsedCluster, since: number): Promise<string | undefined> {
  const settings = "cluster .etcd.metricsNamespace; node .cluster";
  const [Namespace = "", name = ""] = (await cluster.runOnAnyMember(settings)).split("\n");
  const statistics = await callQueryApi(cluster, "cloudwatch", "GetMetricStatistics", {
    Namespace,
    MetricName: "ApiServerConfigRefused",
    "Dimensions.member.1.Name": "Cluster",
    "Dimensions.member.1.Value": name,
    StartTime: new Date(since * 1000).toISOString(),
    EndTime: new Date(Date.now() + 60_000).toISOString(),
    Period: 3600,
    "Statistics.member.1": "Maximum",
  });
  return elementTexts(statistics, "Maximum")[0];
}

export const badApiServerConfig: Drill = {
  name: "bad-api-server-config",
  description:
    "the API server refuses the authentication configuration of a rollout: every member tries it next to its running API " +
    "server, keeps its machine and raises the alarm; a corrected configuration replaces the machines",
  limits: { outageMs: 3_000, failedWrites: 0, fullStrengthMs: 1_500_000, lost: "none" },
  async inject({ cluster, faultBegins, faultEnds, log }) {
    const machines = cluster.controlPlaneMachines;
    const [first] = machines;
    if (first === undefined) throw new Error("there is no control plane");
    const bad = await uploadBundle(cluster, first, "echo 'drill: x' >>config/apiserver/authentication.yaml");
    const good = await uploadBundle(cluster, first, "echo '# drill' >>config/apiserver/authentication.yaml");
    const before = await listApiServers(cluster);
    const since = Math.floor(Date.now() / 1000);
    faultBegins();
    await Promise.all(machines.map(({ group }) => startRollout(cluster, group, { bundle: bad })));
    await waitForRefusals(cluster, since);
    await waitUntil("the metric of the alarm", 30_000, async () => Number(await readMetric(cluster, since)) === 1);
    log(
      `refused by all ${machines.length} members after ${Math.round(Date.now() / 1000) - since} s; the alarm is raised`,
    );
    await cluster.refresh();
    if ((await listApiServers(cluster)) !== before) throw new Error("an API server or a machine was replaced");
    await Promise.all(machines.map(({ group }) => startRollout(cluster, group, { bundle: good })));
    faultEnds();
    const ids = machines.map(({ id }) => id);
    await waitForReplacement(cluster, ids, 1_500_000);
    log("the corrected configuration replaced the machines");
    return async () => {
      for (const machine of cluster.controlPlaneMachines) {
        const found = await cluster.runOn(machine, "readlink /opt/holdfast/current");
        if (!found.includes(good)) throw new Error(`${machine.name} runs another configuration`);
      }
    };
  },
};
