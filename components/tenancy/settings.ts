import { z } from "zod";
import { flag, mapping, ruled, text, textMap, texts, wholeNumber } from "../settings/fields";
import type { Parsed } from "../settings/fields";
import { podSecurityLevels } from "../settings/podSecurity";
import { cidrRule, labelKeyRule, labelValueRule } from "../settings/textRules";
import { actionRule, arnRule, nameRule, quantityRule } from "./textRules";

/** Largest number of objects of one kind that Kubernetes clusters are known to hold. */
const maxObjects = 1_000_000;

/** Kubernetes quantity; YAML parses one without a unit as a number. */
function quantity(description: string, defaultIs = "inherited") {
  return z
    .union([z.string(), z.number()], { error: "write a Kubernetes quantity such as 500m, 4, 512Mi or 1.5Gi" })
    .transform(String)
    .pipe(ruled(quantityRule))
    .meta({ description, defaultIs })
    .optional();
}

const count = (what: string, defaultIs = "inherited") =>
  wholeNumber(0, maxObjects, { description: `Maximum number of ${what}.`, defaultIs }).optional();

const cpuAndMemory = (what: string) =>
  mapping({ cpu: quantity(`${what}: CPU cores.`), memory: quantity(`${what}: memory in bytes.`) }).prefault({});

const storage = (suffix: string) => ({
  capacity: quantity(`Total size of volumes${suffix} in bytes.`),
  volumes: count(`PersistentVolumeClaims${suffix}`),
});

/** Entries by a name that the user chooses; `entry` is the placeholder of the name in the settings reference. */
const named = <Value extends z.ZodType>(value: Value, description: string, entry: string) =>
  z.record(ruled(nameRule), value).default({}).meta({ description, entry });

const shortText = (description: string) => z.string().max(200).default("").meta({ description });

const quota = mapping({
  compute: mapping({
    requests: mapping({
      cpu: quantity("Total CPU requests in cores."),
      memory: quantity("Total memory requests in bytes."),
      ephemeralStorage: quantity("Total ephemeral storage requests in bytes."),
      gpus: count("NVIDIA GPUs"),
    }).prefault({}),
    limits: cpuAndMemory("Total limits of all containers"),
  }).prefault({}),
  storage: mapping({
    ...storage(""),
    classes: named(mapping(storage(" of the class")), "Quotas by storage class.", "class"),
  }).prefault({}),
  objects: mapping({
    pods: count("Pods"),
    services: count("Services"),
    loadBalancers: count("Services of type LoadBalancer"),
    nodePorts: count("node ports; each port of a Service of type NodePort or LoadBalancer has one"),
    secrets: count("Secrets"),
    configMaps: count("ConfigMaps"),
    deployments: count("Deployments"),
    statefulSets: count("StatefulSets"),
    jobs: count("Jobs"),
    cronJobs: count("CronJobs"),
    ingresses: count("Ingresses"),
  }).prefault({}),
})
  .prefault({})
  .meta({ description: "Resource quota of the tenant, which it shares with all tenants below." });

const limits = mapping({
  container: mapping({
    defaultRequest: cpuAndMemory("Default request of a container"),
    default: cpuAndMemory("Default limit of a container"),
    min: cpuAndMemory("Minimum of a container"),
    max: cpuAndMemory("Maximum of a container"),
  }).prefault({}),
  volume: mapping({
    min: quantity("Minimum size of a volume in bytes."),
    max: quantity("Maximum size of a volume in bytes."),
  }).prefault({}),
}).prefault({});

const peer = mapping({
  cidr: text(cidrRule, { description: "IPv4 range outside the cluster.", defaultIs: "none" }).optional(),
  tenant: text(nameRule, { description: "Tenant, including all tenants below.", defaultIs: "none" }).optional(),
  namespace: text(nameRule, { description: "Single namespace.", defaultIs: "none" }).optional(),
  protocol: z.enum(["TCP", "UDP"]).default("TCP").meta({ description: "Protocol of the ports." }),
  ports: z
    .array(z.int().min(1).max(65535))
    .default([])
    .meta({ description: "Ports of the pod; empty: all ports of all protocols." }),
});

const peers = (description: string) => z.array(peer).optional().meta({ description, defaultIs: "inherited" });
const inheritedFlag = (topDefault: boolean, description: string) =>
  flag({ description, defaultIs: `inherited; \`${topDefault}\` without a parent` }).optional();

const network = mapping({
  internal: inheritedFlag(true, "Allow traffic between pods of the namespace."),
  api: inheritedFlag(false, "Allow traffic from pods to the Kubernetes API."),
  egress: peers(
    "Allowed destinations in addition to DNS; each entry has exactly one of `cidr`, `tenant` and `namespace`.",
  ),
  ingress: peers("Allowed sources; each entry has exactly one of `cidr`, `tenant` and `namespace`."),
}).prefault({});

const serviceAccount = mapping({
  mountToken: flag({
    description: "Mount the token into pods by default; otherwise pods must set `automountServiceAccountToken`.",
  }).default(false),
  roles: texts(nameRule, {
    description:
      "Roles in the namespace and in those of tenants below: `view`, `edit`, `admin` or a key of `access.roles`.",
  }).default([]),
  aws: z
    .array(
      mapping({
        actions: texts(actionRule, { description: "Allowed IAM actions." }).min(1),
        resources: texts(arnRule, { description: "ARNs that the actions are allowed on." }).min(1),
      }),
    )
    .default([])
    .meta({ description: "Permissions of the IAM role of the ServiceAccount; empty: no role." }),
});

const asAllPods = "no separate limit";
const tenant = mapping({
  parent: text(nameRule, { description: "Parent tenant.", defaultIs: "none" }).optional(),
  description: shortText("Purpose of the namespace."),
  labels: textMap(labelKeyRule, labelValueRule, {
    description: "Labels of the namespace and of the namespaces of tenants below.",
  }),
  podSecurity: z
    .enum(podSecurityLevels)
    .optional()
    .meta({ description: "Pod Security level.", defaultIs: "inherited; `restricted` without a parent" }),
  quota,
  limits,
  network,
  registries: texts(nameRule, {
    description: "Keys of `registries` whose credentials pods use to pull images, in addition to those of the parent.",
  }).default([]),
  priorityClasses: z
    .record(
      ruled(nameRule),
      mapping({
        pods: count("Pods with the class", asAllPods),
        cpu: quantity("Total CPU requests of pods with the class in cores.", asAllPods),
        memory: quantity("Total memory requests of pods with the class in bytes.", asAllPods),
      }),
    )
    .optional()
    .meta({
      description: "Priority classes that pods may use, and their quotas.",
      defaultIs: "inherited; all of `priorityClasses` without a parent",
      entry: "class",
    }),
  serviceAccounts: named(serviceAccount, "ServiceAccounts in the namespace.", "serviceAccount"),
});

/** `tenants` in the settings. */
export const tenantsSettings = named(
  tenant,
  "Tenants: namespaces of teams, as a tree by `parent`. Children inherit, and may only be more restrictive.",
  "tenant",
).meta({
  examples: [
    {
      shop: {
        description: "Customer-facing services.",
        quota: { compute: { requests: { cpu: 16, memory: "64Gi" }, limits: { memory: "96Gi" } } },
        network: { egress: [{ cidr: "0.0.0.0/0", ports: [443] }] },
      },
      "shop-checkout": {
        parent: "shop",
        quota: { compute: { requests: { cpu: 8, memory: "32Gi" }, limits: { memory: "48Gi" } } },
      },
    },
  ],
});

/** `priorityClasses` in the settings. Kubernetes reserves values above 10⁹. */
export const priorityClassesSettings = named(
  mapping({
    value: wholeNumber(-1_000_000_000, 1_000_000_000, {
      description:
        "Priority; pods with a higher value preempt pods with a lower one. A new value applies to new pods: `pulumi up` deletes the class and creates it again.",
    }),
    description: shortText("Purpose of the class."),
    default: flag({ description: "Use the class for pods without one (`globalDefault`)." }).default(false),
    preempts: flag({ description: "Preempt pods of lower priority; `false`: wait for capacity." }).default(true),
  }),
  "Priority classes of the cluster.",
  "class",
).meta({ examples: [{ customers: { value: 10_000 }, background: { value: 0, preempts: false } }] });

export type Tenants = Parsed<typeof tenantsSettings>;
export type TenantSpec = Parsed<typeof tenant>;
export type LimitsSpec = Parsed<typeof limits>;
export type ResourceAmounts = LimitsSpec["container"]["min"];
export type PeerSpec = Parsed<typeof peer>;
export type TenantNetworkSpec = Parsed<typeof network>;
export type TenantServiceAccountSpec = Parsed<typeof serviceAccount>;
export type PriorityClasses = Parsed<typeof priorityClassesSettings>;
