import type { ClusterSpec } from "../clusterSpec";
import type { Finding, SettingPath } from "./problems";
import { finding } from "./problems";

/** A resource accepts 50 tags; Holdfast sets up to ten. */
const maxTags = 40;

/** Tags of Holdfast, Kubernetes' cloud controller and the Cluster Autoscaler. */
const reservedTags = [/^Name$/, /^holdfast:/, /^kubernetes\.io\//, /^k8s\.io\//];

/** Prefixes that CreateLoadBalancer, CreateSecurityGroup and CreateBucket refuse (S3 user guide, "Bucket naming rules"). */
const reservedPrefixes = {
  "internal-": "load balancers",
  "sg-": "security groups",
  "sthree-": "S3 buckets",
  "amzn-s3-demo-": "S3 buckets",
};

/** Suffixes with a special meaning in a VPC or a cluster. */
const reservedDomains = ["local", "localhost", "compute.internal", "ec2.internal", "amazonaws.com", "in-addr.arpa"];

/** Names and tags that AWS or Kubernetes reserves. */
export function* checkNames(spec: ClusterSpec): Iterable<Finding> {
  for (const [prefix, what] of Object.entries(reservedPrefixes)) {
    if (!spec.name.startsWith(prefix)) continue;
    yield finding(["name"], `AWS reserves names of ${what} that begin with ${prefix}; choose another name`);
  }
  if (spec.name.includes("--")) {
    // CreateTargetGroup: "failed to satisfy constraint: … (?!.*--)(?!^-)(?!.*-$)^[A-Za-z0-9-]+$".
    const message = `AWS refuses names of target groups with two hyphens in a row; write ${spec.name.replaceAll(/-+/g, "-")}`;
    yield finding(["name"], message);
  }
  yield* checkDomain(spec.domain);
  yield* checkTags(spec.tags);
}

function* checkDomain(domain: string): Iterable<Finding> {
  const path: SettingPath = ["domain"];
  const reserved = reservedDomains.find((suffix) => domain === suffix || domain.endsWith(`.${suffix}`));
  if (reserved !== undefined) {
    const message = `reserved suffix ${reserved}; choose another domain, such as prod.holdfast.internal`;
    yield finding(path, message, [["name"]]);
  }
  const { length } = `etcd-a.${domain}`;
  if (length > 253) yield finding(path, `${length} characters with etcd-a. before it; DNS allows 253`, [["name"]]);
}

function* checkTags(tags: ClusterSpec["tags"]): Iterable<Finding> {
  const count = Object.keys(tags).length;
  if (count > maxTags) {
    yield finding(["tags"], `${count} tags, but AWS allows 50, of which Holdfast needs ten; write at most ${maxTags}`);
  }
  const seen = new Map([["name", "Name"]]);
  for (const key of Object.keys(tags)) {
    const other = seen.get(key.toLowerCase());
    seen.set(key.toLowerCase(), key);
    if (reservedTags.some((pattern) => pattern.test(key))) {
      yield finding(["tags", key], "set by Holdfast or Kubernetes; choose another key");
    } else if (other !== undefined) {
      // IAM user guide, "Tags for IAM resources": "tag keys are case-insensitive".
      yield finding(["tags", key], `differs from ${other} only by case, which IAM ignores; choose another key`);
    }
  }
}
