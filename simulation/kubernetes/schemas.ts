/** Schemas of objects by kind: the parts that settings can change. The API server checks more. */

import { z } from "zod";

import { keyProblem, labelValueProblem } from "./names";
import { podSpec } from "./podSchema";

const required = { error: "Required value" };

const checkedText = (findProblem: (value: string) => string | undefined) =>
  z.string().check(({ value, issues }) => {
    const message = findProblem(value);
    if (message !== undefined) issues.push({ code: "custom", message, input: value });
  });

const key = checkedText(keyProblem);
const labels = z.record(key, checkedText(labelValueProblem));

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

const binding = z.looseObject({
  subjects: z
    .array(
      z.looseObject({ kind: z.enum(["User", "Group", "ServiceAccount"]), name: z.string(required).min(1, required) }),
    )
    .optional()
    .refine(
      (all = []) => all.every((one) => one.kind !== "ServiceAccount" || typeof one.namespace === "string"),
      required,
    ),
});

/** Largest priority that users may define (scheduling.k8s.io, `HighestUserDefinablePriority`). */
const maxPriority = 1_000_000_000;

const priorityClass = z.looseObject({
  value: z
    .int(required)
    .max(maxPriority, { error: `maximum allowed value of a user defined priority is ${maxPriority}` }),
});

/** Largest data of a ConfigMap or a Secret, in bytes. */
const maxData = 1024 * 1024;

const data = z
  .looseObject({ data: z.record(z.string(), z.string()).nullish() })
  .refine(
    ({ data: values }) =>
      Object.values(values ?? {}).reduce((sum, value) => sum + Buffer.byteLength(value), 0) <= maxData,
    { error: `Too long: may not be more than ${maxData} bytes`, path: ["data"] },
  );

export const schemas: Readonly<Record<string, z.ZodType>> = {
  ClusterRoleBinding: binding,
  ConfigMap: data,
  DaemonSet: workload,
  Deployment: workload,
  PriorityClass: priorityClass,
  RoleBinding: binding,
  Secret: data,
};
