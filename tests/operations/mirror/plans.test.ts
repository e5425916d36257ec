import { parseDestination, mirrorSettings } from "../../../operations/mirror/destination.plan";
import { imagesInManifests } from "../../../operations/mirror/charts";
import { apiRoot, parseImageName } from "../../../operations/mirror/imageName.plan";
import { airGapped } from "./airGapped";

const digest = `sha256:${"0".repeat(64)}`;

test.each([
  ["registry.k8s.io/coredns/coredns:v1.14.2", "registry.k8s.io", "coredns/coredns", "v1.14.2", undefined],
  [`quay.io/cilium/cilium:v1@${digest}`, "quay.io", "cilium/cilium", "v1", digest],
  [`localhost:5000/app@${digest}`, "localhost:5000", "app", undefined, digest],
  ["localhost:5000/team/app", "localhost:5000", "team/app", "latest", undefined],
  ["nginx:1.29", "docker.io", "library/nginx", "1.29", undefined],
  ["grafana/grafana", "docker.io", "grafana/grafana", "latest", undefined],
])("parts of %s", (name, registry, repository, tag, pinned) => {
  expect(parseImageName(name)).toEqual({ registry, repository, tag, digest: pinned });
});

test.each([
  ["registry.k8s.io", "https://registry.k8s.io/v2"],
  ["docker.io", "https://registry-1.docker.io/v2"],
  ["127.0.0.1:5000", "http://127.0.0.1:5000/v2"],
  ["localhost.example.com", "https://localhost.example.com/v2"],
])("API of %s", (registry, root) => {
  expect(apiRoot(registry)).toBe(root);
});

test.each([
  ["./mirror", { kind: "directory", directory: "./mirror" }],
  ["mirror/prod", { kind: "directory", directory: "mirror/prod" }],
  ["../mirror.d/", { kind: "directory", directory: "../mirror.d" }],
  ["/srv/mirror", { kind: "directory", directory: "/srv/mirror" }],
  ["s3://bucket", { kind: "bucket", bucket: "bucket", prefix: "" }],
  ["s3://bucket/a/b/", { kind: "bucket", bucket: "bucket", prefix: "a/b" }],
  ["registry.example.com/mirror", { kind: "registry", registry: "registry.example.com", prefix: "mirror" }],
  ["localhost:5000/a/b", { kind: "registry", registry: "localhost:5000", prefix: "a/b" }],
])("destination %s", (text, destination) => {
  expect(parseDestination(text)).toEqual(destination);
});

test("a URL of another kind is refused", () => {
  expect(() => parseDestination("https://registry.example.com/mirror")).toThrow(/write s3:\/\//);
});

test("the settings for a bucket are those of the air-gapped example", () => {
  const { region, nodes } = airGapped();
  const settings = mirrorSettings(parseDestination("s3://example-mirror"), region, Object.keys(nodes.registryMirrors));
  expect(settings).toEqual({
    nodes: { assets: { baseUrl: nodes.assets.baseUrl }, registryMirrors: nodes.registryMirrors },
  });
});

test("settings for a registry name a root below /v2 for each source", () => {
  expect(mirrorSettings(parseDestination("r.example.com/team"), "eu-central-1", ["quay.io"])).toEqual({
    nodes: { registryMirrors: { "quay.io": "https://r.example.com/v2/team/quay.io" } },
  });
});

test("images of manifests: containers and init containers at any depth, no other fields", () => {
  const manifests = [
    "kind: Deployment\nimage: no\nspec:\n  template:\n    spec:\n      containers: [{ name: a, image: a:1 }, { name: b }]",
    "kind: CronJob\nspec: { jobTemplate: { spec: { template: { spec: { initContainers: [{ image: c:2 }] } } } } }",
    "# nothing",
  ];
  expect(imagesInManifests(manifests.join("\n---\n"))).toEqual(["a:1", "c:2"]);
});
