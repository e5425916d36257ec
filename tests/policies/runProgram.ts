/** Runs a Pulumi program like a preview, without an engine, and returns its resources for evaluation. */
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

import type { Subject } from "../../policies/model/stack";
import type { Inputs } from "./fixtures";

/** Outputs that a provider would compute. */
const computed = (name: string): Inputs => ({
  arn: `arn:of:${name}`,
  name: `${name}-1a2b3c4`,
  privateKeyPem: `key of ${name}`,
});

interface MockMonitor {
  registerResource: (request: RegisterResourceRequest, callback: unknown) => Promise<void>;
}

export async function runProgram(program: () => unknown): Promise<readonly Subject[]> {
  const inputsOf = new Map<string, Inputs>();
  const requests: RegisterResourceRequest[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const given = inputs as Inputs;
        inputsOf.set(`${type} ${name}`, given);
        return { id: `${name}-id`, state: { ...computed(name), ...given } };
      },
      call: ({ inputs }) => inputs as Inputs,
    },
    "bad",
    "prod",
    true,
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) => {
    requests.push(request);
    return register(request, callback);
  };
  await pulumi.runtime.runInPulumiStack(() => Promise.resolve(program()).then(() => undefined));
  await (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
  return requests.map((request) => subjectOf(request, inputsOf.get(`${request.getType()} ${request.getName()}`) ?? {}));
}

function subjectOf(request: RegisterResourceRequest, inputs: Inputs): Subject {
  const [type, name] = [request.getType(), request.getName()];
  const dependencies: [string, string[]][] = [];
  request.getPropertydependenciesMap().forEach((sources, input) => {
    dependencies.push([input, sources.getUrnsList()]);
  });
  return {
    urn: `urn:pulumi:prod::bad::pulumi:pulumi:Stack$${type}::${name}`,
    type,
    name,
    protect: request.getProtect() ?? false,
    inputs,
    defaultTags: undefined,
    propertyDependencies: Object.fromEntries(dependencies),
    identifiers: [`${name}-id`, inputs.name, inputs.bucket].filter((text) => typeof text === "string"),
  };
}
