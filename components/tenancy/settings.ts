import { z } from "zod";
import { podSecurityLevels } from "./spec";
import { flag, mapping, ruled, text, textMap, texts, wholeNumber } from "../settings/fields";
import type { FieldMeta } from "../settings/fields";
import { cidrRule, labelKeyRule, labelValueRule } from "../settings/textRules";
import { actionRule, arnRule, nameRule, quantityRule } from "./textRules";

/** Namespaces of teams: `tenants` and `priorityClasses` in the settings. */

/** The most of one kind that a cluster is known to hold. */
const mostObjects = 1_000_000;

/** A quantity; YAML makes a number of what has no unit. */
function quantity(meta: FieldMeta) {
  return z
    .union([z.string(), z.number()], { error: "write a Kubernetes quantity such as 500m, 4, 512Mi or 1.5Gi" })
    .transform(String)
    .pipe(ruled(quantityRule))
    .meta({ ...meta });
}

const share = (description: string, unit?: string): FieldMeta => ({
  description,
  defaultIs: "inherited",
  ...(unit === undefined ? {} : { unit }),
});

const cores = (description: string) => quantity(share(description)).optional();
const bytes = cores;
const count = (what: string) => wholeNumber(0, mostObjects, share(`${what} at most.`)).optional();

const resources = (what: string) =>
  mapping({ cpu: cores(`${what}: cores.`), memory: bytes(`${what}: bytes.`) }).prefault({});

const storage = (what: string) => ({
  capacity: bytes(`Bytes that volumes${what} have together.`),
  volumes: count(`PersistentVolumeClaims${what}`),
});

const quota = mapping({
  compute: mapping({
    requests: mapping({
      cpu: cores("Cores requested."),
      memory: bytes("Bytes of memory requested."),
      ephemeralStorage: bytes("Bytes of the machines' disks requested."),
      gpus: count("NVIDIA GPUs"),
    }).prefault({}),
    limits: resources("Limits of all containers"),
  }).prefault({}),
  storage: mapping({
    ...storage(""),
    classes: z
      .record(ruled(nameRule), mapping(storage(" of the class")))
      .default({})
      .meta({ description: "By storage class.", entry: "class" }),
  }).prefault({}),
  objects: mapping({
    pods: count("Pods"),
    services: count("Services"),
    loadBalancers: count("Services of type LoadBalancer"),
    nodePorts: count("Services of type NodePort"),
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
  .meta({ description: "What the tenant and all below it may use together." });

const limits = mapping({
  container: mapping({
    defaultRequest: resources("Request of a container that writes none"),
    default: resources("Limit of a container that writes none"),
    min: resources("Least of a container"),
    max: resources("Most of a container"),
  }).prefault({}),
  volume: mapping({ min: bytes("Least size of a volume."), max: bytes("Largest size of a volume.") }).prefault({}),
}).prefault({});

const peer = mapping({
  cidr: text(cidrRule, { description: "Addresses outside the cluster.", defaultIs: "absent" }).optional(),
  tenant: text(nameRule, { description: "A tenant and all below it.", defaultIs: "absent" }).optional(),
  namespace: text(nameRule, { description: "One namespace.", defaultIs: "absent" }).optional(),
  protocol: z.enum(["TCP", "UDP"]).default("TCP").meta({ description: "Protocol of the ports." }),
  ports: z
    .array(z.int().min(1).max(65535))
    .default([])
    .meta({ description: "Ports of the pod; empty: all, of all protocols." }),
});

const rules = (description: string) => z.array(peer).optional().meta({ description, defaultIs: "inherited" });

const network = mapping({
  internal: flag({
    description: "Pods of the namespace reach each other.",
    defaultIs: "inherited; `true` at the top",
  }).optional(),
  api: flag({ description: "Pods reach the Kubernetes API.", defaultIs: "inherited; `false` at the top" }).optional(),
  egress: rules("What pods may reach beside DNS; one of `cidr`, `tenant` and `namespace` each."),
  ingress: rules("What may reach pods; one of `cidr`, `tenant` and `namespace` each."),
}).prefault({});

const serviceAccount = mapping({
  mountToken: flag({
    description: "Pods get the account's token without asking for it; others ask by `automountServiceAccountToken`.",
  }).default(false),
  roles: texts(nameRule, {
    description: "Roles in the namespace and in those of tenants below: `view`, `edit`, `admin` or of `access.roles`.",
  }).default([]),
  aws: z
    .array(
      mapping({
        actions: texts(actionRule, { description: "IAM actions that are allowed." }).min(1),
        resources: texts(arnRule, { description: "ARNs that they are allowed on." }).min(1),
      }),
    )
    .default([])
    .meta({ description: "What the account may do on AWS, by an IAM role of its own." }),
});

const tenant = mapping({
  parent: text(nameRule, { description: "Tenant above this one.", defaultIs: "absent: none" }).optional(),
  description: z.string().max(200).default("").meta({ description: "What the namespace is for." }),
  labels: textMap(labelKeyRule, labelValueRule, { description: "Labels of the namespace and of those below." }),
  podSecurity: z
    .enum(podSecurityLevels)
    .optional()
    .meta({ description: "Pod Security level that is enforced.", defaultIs: "inherited; `restricted` at the top" }),
  quota,
  limits,
  network,
  registries: texts(nameRule, {
    description: "Registries whose credentials pods pull images with, beside those inherited: keys of `registries`.",
  }).default([]),
  priorityClasses: z
    .record(
      ruled(nameRule),
      mapping({
        pods: wholeNumber(0, mostObjects, {
          description: "Pods of the class at most.",
          defaultIs: "as all",
        }).optional(),
        cpu: quantity({ description: "Cores that they request at most.", defaultIs: "as all" }).optional(),
        memory: quantity({ description: "Bytes that they request at most.", defaultIs: "as all" }).optional(),
      }),
    )
    .optional()
    .meta({
      description: "Priority classes that pods may have.",
      defaultIs: "inherited; all of `priorityClasses` at the top",
      entry: "class",
    }),
  serviceAccounts: z
    .record(ruled(nameRule), serviceAccount)
    .default({})
    .meta({ description: "Service accounts of the namespace.", entry: "account" }),
});

/** `tenants` in the settings. */
export const tenantsSchema = z
  .record(ruled(nameRule), tenant)
  .default({})
  .meta({
    description: "Namespaces of teams, as a tree by `parent`: children inherit, and may only tighten.",
    entry: "tenant",
  });

/** `priorityClasses` in the settings. Values above 10⁹ are Kubernetes' own. */
export const priorityClassesSchema = z
  .record(
    ruled(nameRule),
    mapping({
      value: wholeNumber(-1_000_000_000, 1_000_000_000, {
        description: "Who goes first: pods of a class with a lower value make room.",
      }),
      description: z.string().max(200).default("").meta({ description: "What it is for." }),
      default: flag({ description: "Pods that name no class get this one." }).default(false),
      preempts: flag({ description: "False: its pods wait for room and take nobody's." }).default(true),
    }),
  )
  .default({})
  .meta({ description: "Priority classes of the cluster.", entry: "class" });
