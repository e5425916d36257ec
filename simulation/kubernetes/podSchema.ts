/** Pods as the API server checks them: what an object's structure alone can get wrong. */

import { z } from "zod";

import { nameProblem, quantity } from "./names";

const required = { error: "Required value" };

export const dnsLabel = z.string(required).check((context) => {
  const message = nameProblem(context.value, "label");
  if (message !== undefined) context.issues.push({ code: "custom", message, input: context.value });
});

const quantityText = z.union([z.string(), z.number()]).check((context) => {
  if (quantity(context.value) === undefined) {
    context.issues.push({
      code: "custom",
      message: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      input: context.value,
    });
  }
});

const amounts = z.record(z.string(), quantityText);

const resources = z.looseObject({ requests: amounts.optional(), limits: amounts.optional() }).check((context) => {
  for (const [name, request] of Object.entries(context.value.requests ?? {})) {
    const limit = context.value.limits?.[name];
    if (limit === undefined || (quantity(request) ?? 0) <= (quantity(limit) ?? Infinity)) continue;
    const message = `must be less than or equal to ${name} limit of ${limit}`;
    context.issues.push({ code: "custom", message, path: ["requests", name], input: request });
  }
});

const portNumber = z.int().min(1).max(65535);

const handlers = ["httpGet", "tcpSocket", "exec", "grpc"] as const;

const probe = z
  .looseObject({})
  .refine((given) => handlers.filter((handler) => handler in given).length === 1, {
    error: "must specify exactly one handler type",
  });

export const container = z.looseObject({
  name: dnsLabel,
  image: z.string(required).min(1, required),
  resources: resources.optional(),
  ports: z.array(z.looseObject({ containerPort: portNumber, hostPort: portNumber.optional() })).optional(),
  env: z.array(z.looseObject({ name: z.string(required).min(1, required) })).optional(),
  volumeMounts: z
    .array(z.looseObject({ name: z.string(required), mountPath: z.string(required).min(1, required) }))
    .optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  startupProbe: probe.optional(),
});

export type Container = z.infer<typeof container>;

const toleration = z
  .looseObject({ key: z.string().optional(), operator: z.enum(["Exists", "Equal"]).optional() })
  .refine(({ key, operator }) => (key ?? "") !== "" || operator === "Exists", {
    error: 'operator must be Exists when `key` is empty, which means "match all values and all keys"',
    path: ["operator"],
  });

export const podSpec = z
  .looseObject({
    containers: z.array(container, required).min(1, required),
    initContainers: z.array(container).optional(),
    volumes: z.array(z.looseObject({ name: dnsLabel })).optional(),
    tolerations: z.array(toleration).optional(),
    hostNetwork: z.boolean().optional(),
  })
  .check((context) => {
    const { containers, initContainers = [], volumes = [] } = context.value;
    const complain = (path: (string | number)[], message: string, input: unknown): void => {
      context.issues.push({ code: "custom", message, path, input });
    };
    const names = new Set<string>();
    const known = new Set(volumes.map(({ name }) => name));
    const lists: readonly (readonly [string, readonly Container[]])[] = [
      ["containers", containers],
      ["initContainers", initContainers],
    ];
    for (const [list, each] of lists) {
      for (const [index, one] of each.entries()) {
        if (names.has(one.name)) complain([list, index, "name"], `Duplicate value: "${one.name}"`, one.name);
        names.add(one.name);
        for (const [mount, { name }] of (one.volumeMounts ?? []).entries()) {
          if (!known.has(name)) complain([list, index, "volumeMounts", mount, "name"], `Not found: "${name}"`, name);
        }
        if (context.value.hostNetwork !== true) continue;
        for (const [port, { containerPort, hostPort = containerPort }] of (one.ports ?? []).entries()) {
          if (hostPort === containerPort) continue;
          complain(
            [list, index, "ports", port, "containerPort"],
            "must match `hostPort` when `hostNetwork` is true",
            port,
          );
        }
      }
    }
  });
