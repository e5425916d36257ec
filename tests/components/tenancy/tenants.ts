import type { ClusterSpec } from "../../../components/clusterSpec";
import { parseSettings } from "../../../stacks/settings";
import { region } from "../../mocks";

/** Specification of a cluster with these tenants; throws the problems of invalid settings. */
export function withTenants(tenants: object, rest: object = {}, config: object = {}): ClusterSpec {
  const parsed = parseSettings({
    cluster: { name: "blue", workers: { general: {} }, tenants, ...rest },
    "aws:region": region,
    ...config,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems, undefined, 2));
  return parsed.spec;
}

/** Three levels of tenants: a department, its shop, and the shop's front end. */
export const threeLevels = {
  retail: {
    podSecurity: "baseline",
    labels: { "example.com/department": "retail" },
    quota: {
      compute: { requests: { cpu: 20, memory: "64Gi" }, limits: { memory: "96Gi" } },
      storage: { capacity: "1Ti", classes: { gp3: { volumes: 40 } } },
      objects: { pods: 200, secrets: 100, configMaps: 100, loadBalancers: 2 },
    },
    limits: { container: { max: { memory: "8Gi" }, default: { memory: "1Gi" } } },
    network: { egress: [{ cidr: "0.0.0.0/0", ports: [443] }, { tenant: "retail" }], ingress: [{ tenant: "retail" }] },
    priorityClasses: { normal: {}, urgent: { pods: 10 } },
    serviceAccounts: { deployer: { roles: ["edit"], mountToken: true } },
  },
  shop: {
    parent: "retail",
    podSecurity: "restricted",
    quota: {
      compute: { requests: { cpu: "12", memory: "32Gi" }, limits: { memory: "48Gi" } },
      storage: { capacity: "500Gi", classes: { gp3: { volumes: 20 } } },
      objects: { pods: 120, secrets: 50, configMaps: 50, loadBalancers: 1 },
    },
    limits: { container: { max: { memory: "512Mi" } } },
  },
  "shop-front": {
    parent: "shop",
    quota: {
      compute: { requests: { cpu: "2500m", memory: "8Gi" }, limits: { memory: "12Gi" } },
      storage: { capacity: "0", classes: { gp3: { volumes: 0 } } },
      objects: { pods: 40, secrets: 20, configMaps: 20, loadBalancers: 1 },
    },
    network: { egress: [{ tenant: "shop" }] },
    priorityClasses: { normal: {} },
  },
};

export const classes = { priorityClasses: { normal: { value: 1000, default: true }, urgent: { value: 5000 } } };
