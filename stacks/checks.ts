import type { ClusterSpec } from "../components/clusterSpec";
import { checkAccess } from "../components/access/checks";
import { checkAddressing } from "../components/network/cidrOverlap";
import { checkEtcd } from "../components/etcd/checks";
import { checkMembers } from "../components/controlPlane/checks";
import { checkNames } from "../components/settings/nameChecks";
import { checkNetwork } from "../components/network/checks";
import { checkNodes } from "../components/node/checks";
import { checkPki } from "../components/pki/checks";
import { checkPlatform } from "../components/addons/checks";
import { checkPools } from "../components/workers/checks";
import { checkPeople } from "../components/access/rbac/checks";
import { checkTenants } from "../components/tenancy/checks";
import { checkScale } from "../components/scale/checks";
import type { Finding } from "../components/settings/problems";

/** Looks at settings together whose shape is right each by itself; yields what cannot work. Never throws. */
export type Check = (spec: ClusterSpec) => Iterable<Finding>;

const checks: readonly Check[] = [
  checkNames,
  checkNetwork,
  checkAddressing,
  checkMembers,
  checkPki,
  checkEtcd,
  checkNodes,
  checkPools,
  checkTenants,
  checkPeople,
  checkPlatform,
  checkAccess,
  checkScale,
];

/** Everything that cannot work in a cluster of this specification. */
export function findConflicts(spec: ClusterSpec): readonly Finding[] {
  return checks.flatMap((check) => [...check(spec)]);
}
