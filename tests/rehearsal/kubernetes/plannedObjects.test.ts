import * as fc from "fast-check";

import {
  imagesOf,
  nameOf,
  notRehearsed,
  plannedObjects,
  waves,
  withoutUnbuiltPods,
} from "../../../rehearsal/kubernetes/plannedObjects";
import type { Manifest, PlannedObject } from "../../../rehearsal/kubernetes/plannedObjects";
import type { PlannedResource } from "../../../plan/planStack";
import { Secret } from "../../../plan/program/secret";

function planned(urn: string, type: string, part: Partial<PlannedResource> = {}): PlannedResource {
  const options = { protect: false, retainOnDelete: false, ignoreChanges: [], replaceOnChanges: [] };
  const nothing = { dependsOn: [], propertyDependencies: {}, inputs: {}, outputs: {}, parent: undefined, id: urn };
  return { urn, type, name: urn, options, ...nothing, ...part };
}

const config = (urn: string, part: Partial<PlannedResource> = {}): PlannedResource =>
  planned(urn, "kubernetes:core/v1:ConfigMap", {
    inputs: { apiVersion: "v1", kind: "ConfigMap" },
    outputs: { metadata: { name: urn, namespace: "kube-system", uid: "made by the server" } },
    ...part,
  });

test("an object is what the program says, under the name that it was given, with its secrets", () => {
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

test("an object comes after those that it depends on, also through what is no object", () => {
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

describe("waves", () => {
  const object = (urn: string, after: readonly string[]): PlannedObject => ({
    urn,
    after,
    manifest: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: urn } },
  });

  test("have every object once, after all that it comes after", () => {
    const graph = fc
      .array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 20 })
      .map((edges) =>
        edges.map((before, index) => object(`o${index}`, index === 0 ? [] : before.map((each) => `o${each % index}`))),
      );
    fc.assert(
      fc.property(graph, (objects) => {
        const placed = new Map(waves(objects).flatMap((wave, index) => wave.map(({ urn }) => [urn, index] as const)));
        expect(placed.size).toBe(objects.length);
        for (const { urn, after } of objects) {
          for (const before of after) expect(placed.get(before)).toBeLessThan(placed.get(urn) ?? -1);
        }
      }),
    );
  });

  test("cannot be had of objects that wait for each other", () => {
    expect(() => waves([object("a", ["b"]), object("b", ["a"])])).toThrow(/depend on each other: a, b/);
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

test("images of all containers are known, each once", () => {
  expect(imagesOf(deployment(["a:1", "b:1", "b:1"]))).toEqual(["b:1", "a:1"]);
  expect(imagesOf({ apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: {} })).toEqual([]);
  expect(nameOf(deployment([]))).toBe("Deployment shop/web");
  expect(nameOf({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } })).toBe("Namespace shop");
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

test("what cannot run here is said with its reason: charts, and images that are not built", () => {
  const { metadata, ...inputs } = deployment(["a:1", "b:1"]);
  const resources = [
    planned("web", "kubernetes:apps/v1:Deployment", { inputs, outputs: { metadata } }),
    planned("chart", "kubernetes:helm.sh/v3:Release", {
      inputs: { name: "cilium", chart: "cilium", version: "1.2.3" },
    }),
  ];
  expect(notRehearsed({ resources }, ["a:1"])).toEqual([
    { name: "Helm release cilium", reason: "chart cilium 1.2.3 is its publisher's, who is not asked here" },
    { name: "pods of Deployment shop/web", reason: "accepted, but there is no build of b:1 here" },
  ]);
  expect(notRehearsed({ resources }, ["a:1", "b:1"])).toHaveLength(1);
});
