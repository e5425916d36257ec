import type { ClusterSpec } from "../components/clusterSpec";
import { checkAccess } from "./checksAccess";
import { checkAddressing } from "./checksAddressing";
import { checkEtcd } from "./checksEtcd";
import { checkMembers } from "./checksMembers";
import { checkNames } from "./checksNames";
import { checkNetwork } from "./checksNetwork";
import { checkNodes } from "./checksNodes";
import { checkPki } from "./checksPki";
import { checkPlatform } from "./checksPlatform";
import { checkPools } from "./checksPools";
import { checkPeople } from "./checksPeople";
import { checkTenants } from "./checksTenants";
import { checkScale } from "./checksScale";
import type { Finding } from "./problems";

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
