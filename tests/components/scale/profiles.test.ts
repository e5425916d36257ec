import { kubeadmDocuments } from "../../../components/node/kubeadm.plan";
import { scaleFor, scaleProfile, scales } from "../../../components/scale/profiles.plan";
import { specOf } from "../../specs";

const etcdVolume = { sizeGiB: 64, iops: 16000, throughputMiBps: 250 };

interface ClusterConfiguration {
  readonly kind: string;
  readonly apiServer: { extraArgs: readonly { name: string; value: string }[] };
  readonly controllerManager: { extraArgs: readonly { name: string; value: string }[] };
  readonly scheduler: { extraArgs: readonly { name: string; value: string }[] };
}

/** Flags of a component in kubeadm's configuration. */
function flags(cluster: object, component: "apiServer" | "controllerManager" | "scheduler") {
  const { init } = kubeadmDocuments(specOf({ name: "blue", etcd: { volume: etcdVolume }, ...cluster }));
  const document = init.find(({ kind }) => kind === "ClusterConfiguration") as unknown as ClusterConfiguration;
  const { extraArgs } = document[component];
  const named = Object.fromEntries(extraArgs.map(({ name, value }) => [name, value]));
  // A component uses the last of duplicate flags silently; only issuers are a list.
  const once = extraArgs.filter(({ name }) => name !== "service-account-issuer");
  expect(new Set(once.map(({ name }) => name)).size).toBe(once.length);
  return named;
}

describe("a scale", () => {
  test.each([
    [1, "small"],
    [500, "small"],
    [501, "medium"],
    [3000, "medium"],
    [3001, "large"],
    [5000, "large"],
    [5001, undefined],
  ])("for %i nodes is %s", (nodes, scale) => {
    expect(scaleFor(nodes)).toBe(scale);
  });

  test("has more nodes, requests and data than the smaller one", () => {
    for (const [index, scale] of scales.entries()) {
      const smaller = scales[index - 1];
      if (smaller === undefined) continue;
      const [less, more] = [scaleProfile(smaller), scaleProfile(scale)];
      expect(more.maxNodes).toBeGreaterThan(less.maxNodes);
      expect(more.etcd.quotaBytes).toBeGreaterThan(less.etcd.quotaBytes);
      expect(more.etcd.iops).toBeGreaterThan(less.etcd.iops);
      for (const flag of ["max-requests-inflight", "max-mutating-requests-inflight"]) {
        expect(Number(more.apiServer[flag])).toBeGreaterThan(Number(less.apiServer[flag] ?? 0));
      }
    }
  });
});

describe("flags of the control plane", () => {
  test("of a small cluster are Kubernetes' defaults", () => {
    const own = ["max-requests-inflight", "kube-api-qps", "event-ttl", "node-cidr-mask-size"];
    for (const component of ["apiServer", "controllerManager", "scheduler"] as const) {
      expect(Object.keys(flags({}, component)).filter((name) => own.includes(name))).toEqual([]);
    }
  });

  test("of a large cluster come from its profile", () => {
    const profile = scaleProfile("large");
    for (const component of ["apiServer", "controllerManager", "scheduler"] as const) {
      expect(flags({ scale: "large" }, component)).toMatchObject(profile[component]);
    }
  });

  test("include the node mask size if it is not Kubernetes' default", () => {
    const network = { nodeCidrMaskSize: 25 };
    expect(flags({ network }, "controllerManager")["node-cidr-mask-size"]).toBe("25");
  });

  test("the quota is the larger one of the volume's and the profile's", () => {
    const quota = (cluster: object) => specOf({ name: "blue", ...cluster }).etcd.maintenance.quotaBytes;
    expect(quota({ scale: "large", etcd: { volume: etcdVolume } })).toBe(8 * 2 ** 30);
    expect(quota({ scale: "small", etcd: { volume: { sizeGiB: 12 } } })).toBe(4 * 2 ** 30);
  });
});
