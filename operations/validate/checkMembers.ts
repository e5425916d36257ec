/** Checks of the control plane and etcd. Pure. */
import type { ClusterSpec } from "../../components/clusterSpec";
import { clockTolerance } from "../../components/etcd/alarms.plan";
import { etcdMembers } from "../../components/etcd/members.plan";
import type { Facts } from "./facts";
import { type Check, checksOf, inArea, orSummary } from "./result";

/** Static pods of each control-plane member. */
const components = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];

/** Share of the etcd quota, in percent, that raises a warning. */
const quotaWarning = 80;

export function checkMembers(spec: ClusterSpec, facts: Facts): readonly Check[] {
  return [...checkControlPlane(spec, facts), ...checkEtcd(spec, facts)];
}

function checkControlPlane(spec: ClusterSpec, { readiness, pods }: Facts): readonly Check[] {
  const { area, failed } = inArea("control plane");
  const { members } = spec.controlPlane;
  const notReady = checksOf(area, "API", readiness, (checks) =>
    checks.filter(({ ok }) => !ok).map(({ name }) => failed("API", `${name} is not ready`)),
  );
  // If the pods are unknown, the failed API check already says why.
  const missing = components.flatMap((component): readonly Check[] => {
    if (!pods.known) return [];
    const ready = pods.value.filter((pod) => pod.component === component && pod.ready).length;
    return ready >= members ? [] : [failed(component, `${ready} of ${members} ready`)];
  });
  return orSummary(area, [...notReady, ...missing], `${members} of ${members} members ready`);
}

function checkEtcd(spec: ClusterSpec, { members, readiness }: Facts): readonly Check[] {
  const { area, failed, warning } = inArea("etcd");
  const wanted = etcdMembers(spec).map(({ name }) => name);
  const unreachable = (readiness.known ? readiness.value : [])
    .filter(({ name, ok }) => !ok && name.startsWith("etcd"))
    .map(() => failed(area, "the API server cannot reach it"));
  const unhealthy = checksOf(area, "members", members, (metrics) =>
    wanted.flatMap((name): readonly Check[] => {
      const found = metrics.get(name) ?? {};
      const subject = `member ${name}`;
      if (Object.keys(found).length === 0) return [failed(subject, "has published no metrics for 5 min")];
      const { EtcdHasLeader, EtcdAlarms = 0, RestoreRefused, ClockOffsetSeconds = 0 } = found;
      const { DatabaseSizeBytes = 0, DatabaseQuotaBytes } = found;
      const share = DatabaseQuotaBytes ? (DatabaseSizeBytes / DatabaseQuotaBytes) * 100 : 0;
      return [
        ...(EtcdHasLeader === 0 ? [failed(subject, "sees no leader, or does not run")] : []),
        ...(EtcdAlarms > 0 ? [failed(subject, `has ${EtcdAlarms} etcd alarms`)] : []),
        ...(RestoreRefused === 1 ? [failed(subject, "refuses the restore in the settings")] : []),
        ...(ClockOffsetSeconds > clockTolerance ? [failed(subject, `clock is ${ClockOffsetSeconds} s off`)] : []),
        ...(share >= quotaWarning ? [warning(subject, `uses ${Math.round(share)} % of its quota`)] : []),
      ];
    }),
  );
  const summary = `${wanted.length} of ${wanted.length} members see a leader`;
  return orSummary(area, [...unreachable, ...unhealthy], summary);
}
