/** Pod specifications, checked as the API server checks the parts that settings can change. */

import { z } from "zod";

import { nameProblem, quantity } from "./names";

const required = { error: "Required value" };

const dnsLabel = z.string(required).check(({ value, issues }) => {
  const message = nameProblem(value, "label");
  if (message !== undefined) issues.push({ code: "custom", message, input: value });
});

const quantityText = z
  .union([z.string(), z.number()])
  .refine((value) => quantity(value) !== undefined, {
    error: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
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

const container = z.looseObject({
  name: dnsLabel,
  image: z.string(required).min(1, required),
  resources: resources.optional(),
  volumeMounts: z.array(z.looseObject({ name: z.string(required) })).optional(),
});

export const podSpec = z
  .looseObject({
    containers: z.array(container, required).min(1, required),
    initContainers: z.array(container).optional(),
    volumes: z.array(z.looseObject({ name: dnsLabel })).optional(),
  })
  .check(({ value: { containers, initContainers = [], volumes = [] }, issues }) => {
    const report = (path: (string | number)[], message: string, input: unknown): void => {
      issues.push({ code: "custom", message, path, input });
    };
    const names = new Set<string>();
    const volumeNames = new Set(volumes.map(({ name }) => name));
    for (const [list, all] of Object.entries({ containers, initContainers })) {
      for (const [index, { name, volumeMounts = [] }] of all.entries()) {
        if (names.has(name)) report([list, index, "name"], `Duplicate value: "${name}"`, name);
        names.add(name);
        for (const [mount, { name: volume }] of volumeMounts.entries()) {
          if (volumeNames.has(volume)) continue;
          report([list, index, "volumeMounts", mount, "name"], `Not found: "${volume}"`, volume);
        }
      }
    }
  });
