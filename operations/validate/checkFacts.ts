/** Checks of a cluster, by area. Pure. */
import type { ClusterSpec } from "../../components/clusterSpec";
import { longestInterval } from "../../components/etcd/schedule.plan";
import { describeAge } from "../etcd/backups";
import { checkCertificates } from "./checkCertificates";
import { checkImages } from "./checkImages";
import { checkMembers } from "./checkMembers";
import { checkNodes } from "./checkNodes";
import type { Facts, PodFact } from "./facts";
import { type Check, checksOf, inArea, orSummary } from "./result";

const minute = 60_000;

/** Grace period in which a new pod need not be ready. */
const startingMs = 2 * minute;

export function checkFacts(spec: ClusterSpec, facts: Facts): readonly Check[] {
  return [
    ...checkMembers(spec, facts),
    ...checkNodes(spec, facts),
    ...checkImages(facts),
    ...checkPods(facts),
    ...checkDns(facts),
    ...checkCertificates(facts),
    ...checkBackups(spec, facts),
    ...checkAlarms(facts),
  ];
}

const critical = new Set(["system-node-critical", "system-cluster-critical"]);

function checkPods({ pods, workloads, now }: Facts): readonly Check[] {
  const { area, failed, warning } = inArea("system pods");
  const podChecks = checksOf(area, "pods", pods, (all) =>
    all
      .filter(({ ready, succeeded }) => !ready && !succeeded)
      .map((pod) => {
        const node = pod.node === "" ? "" : ` on ${pod.node}`;
        const message = `is not ready${node}${pod.reason === "" ? "" : `: ${pod.reason}`}`;
        return isStarting(pod, now) && !critical.has(pod.priority)
          ? warning(pod.name, message)
          : failed(pod.name, message);
      }),
  );
  const workloadChecks = checksOf(area, "workloads", workloads, (all) =>
    all
      .filter(({ wanted, ready }) => ready < wanted)
      .map(({ kind, name, wanted, ready }) => failed(`${kind} ${name}`, `has ${ready} of ${wanted} pods ready`)),
  );
  const count = pods.known ? pods.value.filter(({ succeeded }) => !succeeded).length : 0;
  return orSummary(area, [...podChecks, ...workloadChecks], `${count} in kube-system, all ready`);
}

const isStarting = ({ created }: PodFact, now: Date): boolean => now.getTime() - created.getTime() < startingMs;

function checkDns({ lookups }: Facts): readonly Check[] {
  const { area, failed } = inArea("DNS");
  if (lookups.length === 0) return [failed(area, "no ready CoreDNS pod")];
  const checks = lookups.flatMap((lookup) =>
    checksOf(area, area, lookup, ({ name, server, addresses, wanted }) => {
      const subject = `${name} from ${server}`;
      if (addresses.length === 0) return [failed(subject, "has no address")];
      if (wanted === undefined || addresses.includes(wanted)) return [];
      return [failed(subject, `resolves to ${addresses.join(", ")} instead of ${wanted}`)];
    }),
  );
  const servers = new Set(lookups.flatMap((lookup) => (lookup.known ? [lookup.value.server] : [])));
  return orSummary(area, checks, `${lookups.length} names resolved by ${[...servers].join(", ")}`);
}

/** A backup is late after one interval of the schedule and 15 minutes, the time to create, verify and upload it. */
function checkBackups(spec: ClusterSpec, { backups, now }: Facts): readonly Check[] {
  const { area, ok, failed, warning } = inArea("backups");
  return checksOf(area, area, backups, ({ newest, clusterCreated }) => {
    const { schedule } = spec.etcd.backups;
    const allowed = (longestInterval(schedule) + 15) * minute;
    if (newest === undefined) {
      return now.getTime() - clusterCreated.getTime() < allowed
        ? [warning(area, `none yet: the cluster is ${describeAge(clusterCreated, now)} old, schedule ${schedule}`)]
        : [failed(area, `none, schedule ${schedule}`)];
    }
    const message = `newest is ${describeAge(newest.taken, now)} old, revision ${newest.revision}, schedule ${schedule}`;
    return [now.getTime() - newest.taken.getTime() > allowed ? failed(area, message) : ok(area, message)];
  });
}

function checkAlarms({ alarms }: Facts): readonly Check[] {
  const { area, failed } = inArea("alarms");
  const checks = checksOf(area, area, alarms, (raised) =>
    raised.map(({ name, description }) => failed(name, description)),
  );
  return orSummary(area, checks, "none raised");
}
