import { finding } from "../../settings/problems";
import type { Finding } from "../../settings/problems";
import type { AuditSpec } from "./settings";

export function* checkAudit({ rules }: AuditSpec): Iterable<Finding> {
  for (const [index, rule] of rules.entries()) {
    const path = ["access", "audit", "rules", index];
    if (rule.resources.length > 0 && rule.nonResourceUrls.length > 0) {
      yield finding(path, "has both resources and nonResourceUrls; split it into two rules");
    }
    if (rule.namespaces.length > 0 && rule.nonResourceUrls.length > 0) {
      yield finding(
        path,
        "has both namespaces and nonResourceUrls, which are in no namespace; split it into two rules",
      );
    }
    const matchesAll = Object.values(rule).every((value) => typeof value === "string" || value.length === 0);
    if (matchesAll && rule.level === "None") {
      yield finding(path, "turns audit logging off for all requests; restrict the rule");
    }
  }
}
