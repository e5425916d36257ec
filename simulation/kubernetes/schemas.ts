/** Objects as the API server checks them, by kind; a kind without a schema of its own is checked for its metadata alone. */

import { z } from "zod";

import { keyProblem, labelValueProblem } from "./names";
import { podSpec } from "./podSchema";

const required = { error: "Required value" };

const key = z.string().check((context) => {
  const message = keyProblem(context.value);
  if (message !== undefined) context.issues.push({ code: "custom", message, input: context.value });
});
const labelValue = z.string().check((context) => {
  const message = labelValueProblem(context.value);
  if (message !== undefined) context.issues.push({ code: "custom", message, input: context.value });
});

const labels = z.record(key, labelValue);

export const metadata = z.looseObject({
  name: z.string().optional(),
  namespace: z.string().optional(),
  labels: labels.optional(),
  annotations: z.record(key, z.string()).optional(),
});

const template = z.looseObject(
  { metadata: z.looseObject({ labels: labels.optional() }).optional(), spec: podSpec },
  required,
);

const selector = z.looseObject({ matchLabels: labels.optional() }, required);

const workload = z.looseObject({
  spec: z.looseObject({ selector, template, replicas: z.int().min(0).optional() }, required).check((context) => {
    const found = context.value.template.metadata?.labels ?? {};
    const wanted = Object.entries(context.value.selector.matchLabels ?? {});
    if (wanted.every(([name, value]) => found[name] === value)) return;
    const message = "`selector` does not match template `labels`";
    context.issues.push({ code: "custom", message, path: ["template", "metadata", "labels"], input: found });
  }),
});

const jobSpec = z.looseObject({ template }, required);

const service = z.looseObject({
  spec: z.looseObject(
    {
      type: z.enum(["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]).optional(),
      ports: z
        .array(z.looseObject({ name: z.string().optional(), port: z.int().min(1).max(65535) }))
        .optional()
        .refine((ports = []) => ports.length < 2 || ports.every(({ name = "" }) => name !== ""), required),
    },
    required,
  ),
});

const budget = z.looseObject({
  spec: z
    .looseObject({ selector: z.looseObject({}).optional() }, required)
    .refine((spec) => !("minAvailable" in spec && "maxUnavailable" in spec), {
      error: "minAvailable and maxUnavailable cannot be both set",
    }),
});

const subjects = z
  .array(
    z.looseObject({ kind: z.enum(["User", "Group", "ServiceAccount"]), name: z.string(required).min(1, required) }),
  )
  .optional()
  .refine(
    (all = []) => all.every((one) => one.kind !== "ServiceAccount" || typeof one.namespace === "string"),
    required,
  );
const binding = z.looseObject({
  roleRef: z.looseObject(
    {
      apiGroup: z.literal("rbac.authorization.k8s.io").optional(),
      kind: z.enum(["Role", "ClusterRole"]),
      name: z.string(required).min(1, required),
    },
    required,
  ),
  subjects,
});

const role = z.looseObject({
  rules: z
    .array(
      z
        .looseObject({ verbs: z.array(z.string(), { error: "verbs must contain at least one value" }).min(1) })
        .refine((rule) => "nonResourceURLs" in rule || ("apiGroups" in rule && "resources" in rule), {
          error: "resource rules must supply at least one api group",
        }),
    )
    .nullish(),
});

/** The largest priority that is not the system's own (scheduling.k8s.io, `HighestUserDefinablePriority`). */
const highestPriority = 1_000_000_000;

const priorityClass = z.looseObject({
  value: z
    .int(required)
    .max(highestPriority, { error: `maximum allowed value of a user defined priority is ${highestPriority}` }),
});

/** Bytes that the data of a ConfigMap or a Secret may have. */
const mostData = 1024 * 1024;

const data = z
  .looseObject({ data: z.record(z.string(), z.string()).nullish() })
  .refine(
    ({ data: given }) =>
      Object.values(given ?? {}).reduce((sum, value) => sum + Buffer.byteLength(value), 0) <= mostData,
    { error: `Too long: may not be more than ${mostData} bytes`, path: ["data"] },
  );

export const schemas: Readonly<Record<string, z.ZodType>> = {
  ClusterRole: role,
  ClusterRoleBinding: binding,
  ConfigMap: data,
  CronJob: z.looseObject({
    spec: z.looseObject(
      { schedule: z.string(required), jobTemplate: z.looseObject({ spec: jobSpec }, required) },
      required,
    ),
  }),
  DaemonSet: workload,
  Deployment: workload,
  Job: z.looseObject({ spec: jobSpec }),
  NetworkPolicy: z.looseObject({ spec: z.looseObject({ podSelector: z.looseObject({}, required) }, required) }),
  Pod: z.looseObject({ spec: podSpec }),
  PodDisruptionBudget: budget,
  PriorityClass: priorityClass,
  Role: role,
  RoleBinding: binding,
  Secret: data,
  Service: service,
  StatefulSet: workload,
  StorageClass: z.looseObject({ provisioner: z.string(required).min(1, required) }),
};
