import type { ClusterSpec } from "../clusterSpec";
import type { Finding } from "../settings/problems";
import { checkDuplicates, finding } from "../settings/problems";
import { namedHosts } from "./destinations.plan";
import { groupRules } from "./rules.plan";

/** Rules of a security group in each direction (VPC user guide, "Amazon VPC quotas": default of an adjustable quota). */
const maxRules = 60;

/** Destinations in the settings, and the number of rules that they make. */
export function* checkFirewall(spec: ClusterSpec): Iterable<Finding> {
  for (const { path, host } of namedHosts(spec)) {
    if (host.startsWith("[")) {
      yield finding(path, "IPv6 address, but machines have IPv4 only; write a name or an IPv4 address");
    } else if (/\.(svc|cluster\.local)$/.test(host)) {
      const advice =
        path[1] === "admission"
          ? "write service instead of url"
          : "publish the Service, and write its public or private DNS name";
      yield finding(path, `name of a Service, which only pods can resolve, and machines connect to it; ${advice}`);
    }
  }
  for (const [index, { ports }] of spec.network.egress.entries()) {
    yield* checkDuplicates(["network", "egress", index, "ports"], ports.map(String));
  }
  yield* checkDuplicates(["network", "controlPlanePorts"], spec.network.controlPlanePorts.map(String));
  yield* checkRuleCounts(spec);
}

function* checkRuleCounts(spec: ClusterSpec): Iterable<Finding> {
  const counts = new Map<string, number>();
  for (const { group, direction } of groupRules(spec)) {
    const key = `${direction} rules of the security group of role ${group}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of counts) {
    if (count <= maxRules) continue;
    const ingress = key.startsWith("ingress");
    yield finding(
      ingress ? ["network", "controlPlanePorts"] : ["network", "egress"],
      ingress
        ? `${count} ${key}, but AWS allows ${maxRules}; write fewer ports here or fewer ranges in api.*.allowedCidrs`
        : `${count} ${key}, but AWS allows ${maxRules}; write wider ranges and fewer ports, here and in tenants.*.network.egress`,
      [["tenants"], ["api", "allowedCidrs"], ["api", "public", "allowedCidrs"]],
    );
  }
}
