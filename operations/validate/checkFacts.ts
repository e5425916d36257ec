/** Judges what was asked: everything that is wrong with a cluster, by area. Pure. */

import type { ClusterSpec } from "../../components/clusterSpec";
import { longestPause } from "../../components/etcd/schedule.plan";
import { describeAge } from "../etcd/backups";
import { checkCertificates } from "./checkCertificates";
import { checkMembers } from "./checkMembers";
import { checkNodes } from "./checkNodes";
import type { Facts, PodFact } from "./facts";
import { checksOf, orSummary } from "./result";
import type { Check } from "./result";

const minute = 60_000;

/** A pod that is only just being started is not out of order. */
const startingMs = 2 * minute;

export function checkFacts(spec: ClusterSpec, facts: Facts): readonly Check[] {
  return [
    ...checkMembers(spec, facts),
    ...checkNodes(spec, facts),
    ...judgePods(facts),
    ...judgeDns(facts),
    ...checkCertificates(facts),
    ...judgeBackups(spec, facts),
    ...judgeAlarms(facts),
  ];
}

const critical = new Set(["system-node-critical", "system-cluster-critical"]);

function judgePods({ pods, workloads, now }: Facts): readonly Check[] {
  const area = "system pods";
  const wrongPods = checksOf(area, "pods", pods, (all) =>
    all
      .filter(({ ready, succeeded }) => !ready && !succeeded)
      .map((pod) => ({
        area,
        verdict: isStarting(pod, now) && !critical.has(pod.priority) ? "warning" : "failed",
        subject: pod.name,
        message: `is not ready${pod.node === "" ? "" : ` on ${pod.node}`}${pod.reason === "" ? "" : `: ${pod.reason}`}`,
      })),
  );
  const wrongWorkloads = checksOf(area, "workloads", workloads, (all) =>
    all
      .filter(({ wanted, ready }) => ready < wanted)
      .map(({ kind, name, wanted, ready }) => ({
        area,
        verdict: "failed",
        subject: `${kind} ${name}`,
        message: `has ${ready} of ${wanted} pods ready`,
      })),
  );
  const count = pods.known ? pods.value.filter(({ succeeded }) => !succeeded).length : 0;
  return orSummary(area, [...wrongPods, ...wrongWorkloads], `${count} in kube-system, all ready`);
}

const isStarting = ({ created }: PodFact, now: Date): boolean => now.getTime() - created.getTime() < startingMs;

function judgeDns({ lookups }: Facts): readonly Check[] {
  const area = "DNS";
  const wrong = lookups.flatMap((lookup) =>
    checksOf(area, area, lookup, ({ name, server, addresses, wanted }): readonly Check[] => {
      const subject = `${name} from ${server}`;
      if (addresses.length === 0) return [{ area, verdict: "failed", subject, message: "has no address" }];
      if (wanted === undefined || addresses.includes(wanted)) return [];
      const message = `is ${addresses.join(", ")}, and should be ${wanted}`;
      return [{ area, verdict: "failed", subject, message }];
    }),
  );
  if (lookups.length === 0)
    return [{ area, verdict: "failed", subject: area, message: "there is no CoreDNS pod that could be asked" }];
  const servers = new Set(lookups.flatMap((lookup) => (lookup.known ? [lookup.value.server] : [])));
  return orSummary(area, wrong, `${lookups.length} names resolved by ${[...servers].join(", ")}`);
}

/** A backup that is late by one run and a quarter of an hour, in which it is made, checked and sent. */
function judgeBackups(spec: ClusterSpec, { backups, now }: Facts): readonly Check[] {
  const area = "backups";
  return checksOf(area, area, backups, ({ newest, founded }): readonly Check[] => {
    const allowed = (longestPause(spec.etcd.backups.schedule) + 15) * minute;
    const schedule = `scheduled ${spec.etcd.backups.schedule}`;
    if (newest === undefined) {
      const young = now.getTime() - founded.getTime() < allowed;
      const message = young
        ? `there is none yet: the cluster is ${describeAge(founded, now)} old, ${schedule}`
        : `there is none, ${schedule}`;
      return [{ area, verdict: young ? "warning" : "failed", subject: area, message }];
    }
    const late = now.getTime() - newest.taken.getTime() > allowed;
    const message = `the newest is ${describeAge(newest.taken, now)} old, of revision ${newest.revision}; ${schedule}`;
    return [{ area, verdict: late ? "failed" : "ok", subject: area, message }];
  });
}

function judgeAlarms({ alarms }: Facts): readonly Check[] {
  const area = "alarms";
  const wrong = checksOf(area, area, alarms, (raised) =>
    raised.map(({ name, description }) => ({ area, verdict: "failed", subject: name, message: description })),
  );
  return orSummary(area, wrong, "none is raised");
}
