import * as fc from "fast-check";

import {
  dependencyWaves,
  notRehearsed,
  objectName,
  plannedObjects,
  withoutUnbuiltPods,
} from "../../../rehearsal/kubernetes/plannedObjects";
import type { Manifest, PlannedObject } from "../../../rehearsal/kubernetes/plannedObjects";
import type { PlannedResource } from "../../../plan/planStack";
import { Secret } from "../../../plan/program/secret";

function planned(urn: string, type: string, part: Partial<PlannedResource> = {}): PlannedResource {
  const options = { protect: false, retainOnDelete: false, ignoreChanges: [], replaceOnChanges: [] };
  const nothing = { dependsOn: [], propertyDependencies: {}, inputs: {}, outputs: {}, id: urn };
  return { urn, type, name: urn, options, parent: undefined, provider: undefined, ...nothing, ...part };
}

const config = (urn: string, part: Partial<PlannedResource> = {}): PlannedResource =>
  planned(urn, "kubernetes:core/v1:ConfigMap", {
    inputs: { apiVersion: "v1", kind: "ConfigMap" },
    outputs: { metadata: { name: urn, namespace: "kube-system", uid: "made by the server" } },
    ...part,
  });

test("a planned object has its final name and its secrets", () => {
  const secret = planned("a", "kubernetes:core/v1:Secret", {
    inputs: { apiVersion: "v1", kind: "Secret", metadata: { labels: { a: "b" } }, data: new Secret({ key: "aGk=" }) },
    outputs: { metadata: { name: "a-12345678", namespace: "default", uid: "made by the server" } },
  });
  expect(plannedObjects({ resources: [secret] })).toEqual([
    {
      urn: "a",
      after: [],
      manifest: {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { labels: { a: "b" }, name: "a-12345678", namespace: "default" },
        data: { key: "aGk=" },
      },
    },
  ]);
});

test("an object depends on others directly, or through other resources", () => {
  const resources = [
    config("first"),
    planned("bucket", "aws:s3/bucket:Bucket", { dependsOn: ["first"] }),
    planned("component", "holdfast:index:Addons", { dependsOn: ["bucket", "component"] }),
    config("second", { dependsOn: ["component"] }),
    config("third", { parent: "component" }),
  ];
  expect(plannedObjects({ resources }).map(({ urn, after }) => [urn, after])).toEqual([
    ["first", []],
    ["second", ["first"]],
    ["third", ["first"]],
  ]);
});

describe("dependency waves", () => {
  const object = (urn: string, after: readonly string[]): PlannedObject => ({
    urn,
    after,
    manifest: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: urn } },
  });

  test("contain every object once, after its dependencies", () => {
    const graph = fc
      .array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 20 })
      .map((edges) =>
        edges.map((before, index) => object(`o${index}`, index === 0 ? [] : before.map((each) => `o${each % index}`))),
      );
    fc.assert(
      fc.property(graph, (objects) => {
        const waves = dependencyWaves(objects);
        const placed = new Map(waves.flatMap((wave, index) => wave.map(({ urn }) => [urn, index] as const)));
        expect(placed.size).toBe(objects.length);
        for (const { urn, after } of objects) {
          for (const before of after) expect(placed.get(before)).toBeLessThan(placed.get(urn) ?? -1);
        }
      }),
    );
  });

  test("refuse circular dependencies", () => {
    expect(() => dependencyWaves([object("a", ["b"]), object("b", ["a"])])).toThrow("dependencies between a, b");
  });
});

const deployment = (images: readonly string[]): Manifest => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop" },
  spec: {
    template: {
      spec: {
        initContainers: images.slice(1).map((image) => ({ image })),
        containers: images.slice(0, 1).map((image) => ({ image })),
      },
    },
  },
});

test("an object's name has its kind and namespace", () => {
  expect(objectName(deployment([]))).toBe("Deployment shop/web");
  expect(objectName({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } })).toBe("Namespace shop");
});

test("an object whose image is not built is applied without pods", () => {
  const built = deployment(["a:1"]);
  expect(withoutUnbuiltPods(built, ["a:1"])).toBe(built);
  const missing = deployment(["b:1"]);
  expect(withoutUnbuiltPods(missing, ["a:1"])).toEqual({
    ...missing,
    spec: { ...(missing.spec as object), replicas: 0 },
  });
  const agents = withoutUnbuiltPods({ ...missing, kind: "DaemonSet" }, []);
  expect(agents).toMatchObject({ spec: { template: { spec: { nodeSelector: { "holdfast.dev/no-build": "true" } } } } });
  expect(agents.spec).not.toHaveProperty("replicas");
});

test("lists charts and images that are not available, with reasons", () => {
  const { metadata, ...inputs } = deployment(["a:1", "b:1"]);
  const resources = [
    planned("web", "kubernetes:apps/v1:Deployment", { inputs, outputs: { metadata } }),
    planned("chart", "kubernetes:helm.sh/v3:Release", {
      inputs: { name: "cilium", chart: "cilium", version: "1.2.3" },
    }),
  ];
  expect(notRehearsed({ resources }, ["a:1"])).toEqual([
    { name: "Helm release cilium", reason: "chart cilium 1.2.3 is only available from its publisher" },
    { name: "pods of Deployment shop/web", reason: "accepted, but b:1 is not built" },
  ]);
  expect(notRehearsed({ resources }, ["a:1", "b:1"])).toHaveLength(1);
});
