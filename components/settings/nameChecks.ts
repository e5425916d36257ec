import type { ClusterSpec } from "../clusterSpec";
import type { Finding, SettingPath } from "./problems";

/** Names and tags that AWS or Kubernetes keeps for itself. */

/** AWS takes 50 tags on a resource; Holdfast sets up to ten of its own. */
const mostTags = 40;

/** Set by Holdfast, by Kubernetes' cloud controller or by the Cluster Autoscaler. */
const reservedTags = [/^Name$/, /^holdfast:/, /^kubernetes\.io\//, /^k8s\.io\//];

/** Suffixes that mean something else inside a VPC or a cluster. */
const reservedDomains = ["local", "localhost", "compute.internal", "ec2.internal", "amazonaws.com", "in-addr.arpa"];

export function* checkNames(spec: ClusterSpec): Iterable<Finding> {
  if (spec.name.startsWith("internal-")) {
    yield {
      path: ["name"],
      found: spec.name,
      message: "AWS keeps load balancer names that begin with internal- for itself; write another name",
    };
  }
  yield* checkDomain(spec.domain);
  yield* checkTags(spec.tags);
}

function* checkDomain(domain: string): Iterable<Finding> {
  const path: SettingPath = ["domain"];
  const involves: readonly SettingPath[] = [["name"]];
  const reserved = reservedDomains.find((suffix) => domain === suffix || domain.endsWith(`.${suffix}`));
  if (reserved !== undefined) {
    yield {
      path,
      found: domain,
      message: `ends in ${reserved}, which means something else in a VPC or a cluster; write another, such as prod.holdfast.internal`,
      involves,
    };
  }
  const longest = `etcd-a.${domain}`;
  if (longest.length > 253) {
    yield {
      path,
      found: domain,
      message: `makes ${longest.length} characters with etcd-a. before it; DNS takes 253`,
      involves,
    };
  }
}

function* checkTags(tags: ClusterSpec["tags"]): Iterable<Finding> {
  const count = Object.keys(tags).length;
  if (count > mostTags) {
    yield {
      path: ["tags"],
      found: count,
      message: `has ${count} tags; AWS takes 50, of which Holdfast needs ten; write at most ${mostTags}`,
    };
  }
  for (const [key, value] of Object.entries(tags)) {
    if (reservedTags.some((pattern) => pattern.test(key))) {
      yield {
        path: ["tags", key],
        found: value,
        message: "is set by Holdfast or Kubernetes itself; write another key",
      };
    }
  }
}
