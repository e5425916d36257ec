import * as addonTable from "../../../components/addons/addonTable.plan";
import { addonImages } from "../../../components/addons/enabledAddons.plan";
import { registriesOf, registryOf } from "../../../components/addons/shared/images.plan";
import { threeZones } from "../../machineSupport";
import { deployAddons } from "./deployAddons";

test.each([
  ["registry.k8s.io/coredns/coredns:v1.12.1", "registry.k8s.io"],
  ["localhost:5000/app@sha256:0", "localhost:5000"],
  ["localhost/app", "localhost"],
  ["library/nginx:1", "docker.io"],
  ["nginx:1.29", "docker.io"],
])("registry of %s", (image, registry) => {
  expect(registryOf(image)).toBe(registry);
});

/** Values of all `image` fields of containers in a resource. */
function imagesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "image" && typeof inner === "string" ? [inner] : imagesIn(inner),
  );
}

describe.each(["cilium", "flannel"])("with %s and every other add-on", (provider) => {
  const base = threeZones({
    addons: {
      podNetwork: { provider },
      dns: { nodeLocalCache: { enabled: true } },
      externalDns: { enabled: true, hostedZoneIds: ["Z0123456789ABC"] },
    },
  });
  const { general } = base.workers;
  if (general === undefined) throw new Error("missing pool");
  const spec = { ...base, workers: { general: { ...general, gpu: true, sandbox: "gvisor" as const } } };

  test("every component of the table is created, except those of the other pod network", async () => {
    const { resources } = await deployAddons(spec);
    const created = resources.filter(({ parent }) => parent === "blue-addons").map(({ type }) => type);
    const planned = Object.values(addonTable).flatMap(({ components }) => Object.keys(components));
    const other = provider === "cilium" ? "Flannel" : "Cilium";
    expect(created.sort()).toEqual(
      planned
        .filter((name) => name !== other)
        .map((name) => `holdfast:index:${name}`)
        .sort(),
    );
  });

  test("every image and chart that the add-ons deploy is in the table of images", async () => {
    const { resources, ofType } = await deployAddons(spec);
    const planned = addonImages(spec);
    const deployed = resources
      .filter(({ type }) => /:(Deployment|DaemonSet)$/.test(type))
      .flatMap(({ inputs }) => imagesIn(inputs));
    expect(new Set(planned.filter((source) => typeof source === "string"))).toEqual(new Set(deployed));
    const charts = Object.values(ofType("kubernetes:helm.sh/v3:Release")).map(({ inputs }) => [
      inputs["chart"],
      inputs["version"],
    ]);
    expect(
      planned.flatMap((source) => (typeof source === "string" ? [] : [[source.chart, source.version]])).sort(),
    ).toEqual(charts.sort());
    expect(registriesOf(planned)).toEqual(
      provider === "cilium"
        ? ["nvcr.io", "public.ecr.aws", "quay.io", "registry.k8s.io"]
        : ["ghcr.io", "nvcr.io", "public.ecr.aws", "registry.k8s.io"],
    );
  });
});
