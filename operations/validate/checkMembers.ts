/** The control plane and etcd. Pure. */

import type { ClusterSpec } from "../../components/clusterSpec";
import { clockTolerance } from "../../components/etcd/alarms.plan";
import { etcdMembers } from "../../components/etcd/members.plan";
import type { Facts } from "./facts";
import { checksOf, orSummary } from "./result";
import type { Check } from "./result";

/** Static pods of each member. */
const components = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

/** Share of etcd's quota from which on somebody should look at it. */
const fullPercentage = 80;

export function checkMembers(spec: ClusterSpec, facts: Facts): readonly Check[] {
  return [...judgeControlPlane(spec, facts), ...judgeEtcd(spec, facts)];
}

function judgeControlPlane(spec: ClusterSpec, { readiness, pods }: Facts): readonly Check[] {
  const area = "control plane";
  const { members } = spec.controlPlane;
  const notReady = checksOf(area, "API", readiness, (checks) =>
    checks
      .filter(({ ok }) => !ok)
      .map(({ name }) => ({ area, verdict: "failed", subject: "API", message: `${name} is not ready` })),
  );
  // With the API out of reach, that it is says it all.
  const missing = !pods.known
    ? []
    : components.flatMap((component): readonly Check[] => {
        const ready = pods.value.filter((pod) => pod.component === component && pod.ready).length;
        if (ready >= members) return [];
        return [{ area, verdict: "failed", subject: component, message: `${ready} of ${members} are ready` }];
      });
  return orSummary(area, [...notReady, ...missing], `${members} of ${members} members ready`);
}

function judgeEtcd(spec: ClusterSpec, { members, readiness }: Facts): readonly Check[] {
  const area = "etcd";
  const wanted = etcdMembers(spec).map(({ name }) => name);
  const unreachable = !readiness.known
    ? []
    : readiness.value
        .filter(({ name, ok }) => !ok && name.startsWith("etcd"))
        .map((): Check => ({ area, verdict: "failed", subject: area, message: "the API server cannot reach it" }));
  const wrong = checksOf(area, "members", members, (figures) =>
    wanted.flatMap((name): readonly Check[] => {
      const found = figures.get(name) ?? {};
      const subject = `member ${name}`;
      const failed = (message: string): Check => ({ area, verdict: "failed", subject, message });
      if (Object.keys(found).length === 0) return [failed("has been silent for minutes")];
      const { EtcdHasLeader, EtcdAlarms = 0, RestoreRefused, ClockOffsetSeconds = 0 } = found;
      const { DatabaseSizeBytes, DatabaseQuotaBytes } = found;
      const share = DatabaseQuotaBytes ? ((DatabaseSizeBytes ?? 0) / DatabaseQuotaBytes) * 100 : 0;
      return [
        ...(EtcdHasLeader === 0 ? [failed("sees no leader, or does not run")] : []),
        ...(EtcdAlarms > 0 ? [failed(`has ${EtcdAlarms} alarms of its own`)] : []),
        ...(RestoreRefused === 1 ? [failed("refuses the restore that the settings order")] : []),
        ...(ClockOffsetSeconds > clockTolerance ? [failed(`has a clock that is ${ClockOffsetSeconds} s off`)] : []),
        ...(share >= fullPercentage
          ? [{ area, verdict: "warning", subject, message: `uses ${Math.round(share)} % of its quota` } as const]
          : []),
      ];
    }),
  );
  return orSummary(area, [...unreachable, ...wrong], `${wanted.length} of ${wanted.length} members see a leader`);
}
