import * as fc from "fast-check";

import { budgetOf, ownBudget } from "../../../components/tenancy/quotas.plan";
import { resolveTenant, resolveTenants } from "../../../components/tenancy/inheritance.plan";
import type { Tenants } from "../../../components/tenancy/settings";
import { childrenOf, cycleOf, lineage, subtreeOf, topDown } from "../../../components/tenancy/tree.plan";
import { parseSettings } from "../../../stacks/settings";
import { region } from "../../mocks";
import { classes, threeLevels, withTenants } from "./tenants";

const { tenants, priorityClasses } = withTenants(threeLevels, classes);
const resolved = Object.fromEntries(resolveTenants(tenants, priorityClasses).map((tenant) => [tenant.name, tenant]));

const own = (name: string): Record<string, bigint> =>
  Object.fromEntries(ownBudget(tenants, name).map(({ key, nanos }) => [key, nanos / 1_000_000n]));

describe("three levels", () => {
  test("have lineage, children and subtree", () => {
    expect(lineage(tenants, "shop-front")).toEqual(["retail", "shop", "shop-front"]);
    expect(childrenOf(tenants, "retail")).toEqual(["shop"]);
    expect(subtreeOf(tenants, "shop")).toEqual(["shop", "shop-front"]);
    expect(topDown(tenants)).toEqual(["retail", "shop", "shop-front"]);
  });

  test("share one budget: quotas of children are subtracted from the parent's", () => {
    expect(own("retail")["requests.cpu"]).toBe(8000n);
    expect(own("shop")["requests.cpu"]).toBe(9500n);
    expect(own("shop-front")["requests.cpu"]).toBe(2500n);
    expect(own("shop")["services.loadbalancers"]).toBe(0n);
    expect(own("retail")["gp3.storageclass.storage.k8s.io/persistentvolumeclaims"]).toBe(20_000n);
  });

  test("inherit settings", () => {
    const front = resolved["shop-front"];
    expect(front).toMatchObject({ podSecurity: "restricted", labels: { "example.com/department": "retail" } });
    // Default of the grandparent, clamped to the maximum of the parent.
    expect(front?.limits.container.default.memory).toBe("512Mi");
    expect(front?.network.egress).toEqual([{ tenant: "shop", protocol: "TCP", ports: [] }]);
    expect(front?.network.ingress).toEqual([{ tenant: "retail", protocol: "TCP", ports: [] }]);
    expect(resolved["shop"]?.priorityClasses).toEqual(["normal", "urgent"]);
    expect(front?.priorityClasses).toEqual(["normal"]);
  });

  test("have no quota for a priority class that is not allowed", () => {
    expect([...budgetOf(tenants, "shop").keys()]).toContain("urgent/pods");
    expect([...budgetOf(tenants, "shop-front").keys()]).not.toContain("urgent/pods");
  });

  test("do not inherit ServiceAccounts", () => {
    expect(Object.keys(resolved["retail"]?.serviceAccounts ?? {})).toEqual(["deployer"]);
    expect(resolved["shop"]?.serviceAccounts).toEqual({});
  });
});

const blank: Tenants[string] = {
  description: "",
  labels: {},
  quota: { compute: { requests: {}, limits: {} }, storage: { classes: {} }, objects: {} },
  limits: { container: { defaultRequest: {}, default: {}, min: {}, max: {} }, volume: {} },
  network: {},
  registries: [],
  serviceAccounts: {},
};
const bare = (parents: Readonly<Record<string, string | undefined>>): Tenants =>
  Object.fromEntries(Object.entries(parents).map(([name, parent]) => [name, { ...blank, parent }]));

describe("invalid trees", () => {
  test("a cycle does not include the tenants below it", () => {
    const cyclic = bare({ a: "b", b: "c", c: "a", d: "a", e: "e" });
    expect(cycleOf(cyclic, "a")).toHaveLength(3);
    expect(cycleOf(cyclic, "d")).toEqual([]);
    expect(cycleOf(cyclic, "e")).toEqual(["e"]);
  });

  test("all functions terminate for any parents", () => {
    const name = fc.constantFrom("a", "b", "c", "d", "e", "constructor");
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.option(fc.oneof(name, fc.constant("unknown")), { nil: undefined })),
        (parents) => {
          const all = bare(parents);
          expect([...topDown(all)].sort()).toEqual(Object.keys(parents).sort());
          for (const each of Object.keys(parents)) {
            expect(lineage(all, each).at(-1)).toBe(each);
            expect(subtreeOf(all, each)).toContain(each);
            expect(resolveTenant(all, {}, each).podSecurity).toBe("restricted");
          }
        },
      ),
    );
  });
});

describe("any valid tree", () => {
  interface Draft {
    readonly parent: number;
    readonly cpu: number | undefined;
    readonly pods: number | undefined;
    readonly level: string | undefined;
    readonly memory: string | undefined;
  }
  const draft: fc.Arbitrary<Draft> = fc.record({
    parent: fc.integer({ min: -1, max: 7 }),
    cpu: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
    pods: fc.option(fc.integer({ min: 0, max: 8 }), { nil: undefined }),
    level: fc.constantFrom("privileged", "baseline", "restricted", undefined),
    memory: fc.constantFrom("1Gi", "2Gi", undefined),
  });

  /** Parents come before children, so that most trees are valid. */
  const settingsOf = (drafts: readonly Draft[]): Record<string, object> =>
    Object.fromEntries(
      drafts.map(({ parent, cpu, pods, level, memory }, index) => [
        `t${index}`,
        {
          parent: parent >= 0 && parent < index ? `t${parent}` : undefined,
          podSecurity: level,
          quota: { compute: { requests: { cpu } }, objects: { pods } },
          limits: { container: { max: memory === undefined ? {} : { memory } } },
        },
      ]),
    );

  test("keeps every branch within its quota, and children as restrictive as parents", () => {
    let valid = 0;
    fc.assert(
      fc.property(fc.array(draft, { minLength: 1, maxLength: 7 }), (drafts) => {
        const parsed = parseSettings({
          "aws:region": region,
          cluster: { name: "blue", workers: { general: {} }, tenants: settingsOf(drafts) },
        });
        if (!parsed.ok) {
          for (const { path } of parsed.problems) expect(path).toMatch(/^cluster\.tenants\.t\d/);
          return;
        }
        valid++;
        const all = parsed.spec.tenants;
        const levels = ["privileged", "baseline", "restricted"];
        for (const name of Object.keys(all)) {
          for (const [key, { nanos }] of budgetOf(all, name)) {
            const used = subtreeOf(all, name).flatMap((each) =>
              ownBudget(all, each).filter((amount) => amount.key === key),
            );
            expect(used.reduce((sum, amount) => sum + amount.nanos, 0n)).toBe(nanos);
            expect(used).toHaveLength(subtreeOf(all, name).length);
          }
          const above = lineage(all, name).at(-2);
          if (above === undefined) continue;
          const [child, parent] = [name, above].map((each) => resolveTenant(all, {}, each));
          expect(levels.indexOf(child?.podSecurity ?? "")).toBeGreaterThanOrEqual(
            levels.indexOf(parent?.podSecurity ?? ""),
          );
          if (parent?.limits.container.max.memory === "1Gi") expect(child?.limits.container.max.memory).toBe("1Gi");
        }
      }),
      { numRuns: 300 },
    );
    expect(valid).toBeGreaterThan(30);
  });
});
