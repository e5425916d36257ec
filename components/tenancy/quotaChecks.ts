import { finding } from "../settings/problems";
import type { Finding, SettingPath } from "../settings/problems";
import { budgetOf, formatAmount, writtenBudget } from "./quotas.plan";
import type { Tenants, TenantSpec } from "./settings";
import { childrenOf, parentOf } from "./tree.plan";

/** The quota of a tenant fits into that of its parent, the quotas of its children fit into it together, and its limits fit together. */
export function* checkTenantQuota(
  tenants: Tenants,
  path: SettingPath,
  name: string,
  tenant: TenantSpec,
): Iterable<Finding> {
  yield* checkParentQuota(tenants, path, name, tenant);
  yield* checkChildQuotas(tenants, path, name);
  yield* checkNodePorts(tenants, path, name, tenant);
}

/** API servers count a node port for each port of a load balancer: https://kubernetes.io/docs/concepts/policy/resource-quotas/. */
function* checkNodePorts(tenants: Tenants, path: SettingPath, name: string, tenant: TenantSpec): Iterable<Finding> {
  const budget = budgetOf(tenants, name);
  const [loadBalancers, nodePorts] = [budget.get("services.loadbalancers"), budget.get("services.nodeports")];
  if (loadBalancers === undefined || nodePorts === undefined || nodePorts.nanos >= loadBalancers.nanos) return;
  const written = writtenBudget(tenant);
  const amount = written.get(nodePorts.key) ?? written.get(loadBalancers.key);
  if (amount === undefined) return;
  const [count, ports] = [formatAmount(loadBalancers), formatAmount(nodePorts)];
  const message = `loadBalancers: ${count} needs a node port for each port of a load balancer, but nodePorts is ${ports}; write nodePorts: ${count} or more, or remove it`;
  yield finding([...path, ...amount.path], message);
}

function* checkParentQuota(tenants: Tenants, path: SettingPath, name: string, tenant: TenantSpec): Iterable<Finding> {
  const parent = parentOf(tenants, name);
  if (parent === undefined) return;
  const above = budgetOf(tenants, parent);
  for (const amount of writtenBudget(tenant).values()) {
    const max = above.get(amount.key);
    if (max === undefined || amount.nanos <= max.nanos) continue;
    const message = `must be at most ${formatAmount(max)}, the quota of parent ${parent}; reduce it, or raise that of ${parent}`;
    yield finding([...path, ...amount.path], message);
  }
}

/** Reports the quota that the children exceed together, unless one child exceeds it alone. */
function* checkChildQuotas(tenants: Tenants, path: SettingPath, name: string): Iterable<Finding> {
  const children = childrenOf(tenants, name).map((child) => ({
    child,
    budget: budgetOf(tenants, child),
    written: writtenBudget(tenants[child] as TenantSpec),
  }));
  for (const amount of budgetOf(tenants, name).values()) {
    const shares = children.flatMap(({ child, budget, written }) => {
      const share = budget.get(amount.key);
      return share ? [{ child, share, inherited: !written.has(amount.key) }] : [];
    });
    const used = shares.reduce((sum, { share }) => sum + share.nanos, 0n);
    if (used <= amount.nanos || shares.some(({ share }) => share.nanos > amount.nanos)) continue;
    const list = shares.map(
      ({ child, share, inherited }) => `${child} ${formatAmount(share)}${inherited ? " (inherited)" : ""}`,
    );
    yield {
      path: [...path, ...amount.path],
      found: formatAmount(amount),
      message: `is less than the ${formatAmount({ ...amount, nanos: used })} of its children (${list.join(", ")}); raise it, or reduce theirs`,
      involves: children.map(({ child }): SettingPath => ["tenants", child]),
    };
  }
}
