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

/** Flags that kubeadm gives a component. */
function flags(cluster: object, component: "apiServer" | "controllerManager" | "scheduler") {
  const { init } = kubeadmDocuments(specOf({ name: "blue", etcd: { volume: etcdVolume }, ...cluster }));
  const document = init.find(({ kind }) => kind === "ClusterConfiguration") as unknown as ClusterConfiguration;
  const { extraArgs } = document[component];
  const named = Object.fromEntries(extraArgs.map(({ name, value }) => [name, value]));
  // A component takes the last of two flags with one name, and nobody would see which; issuers alone are a list.
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

  test("takes more nodes, requests and data than the one before", () => {
    for (const [index, scale] of scales.entries()) {
      const smaller = scales[index - 1];
      if (smaller === undefined) continue;
      const [less, more] = [scaleProfile(smaller), scaleProfile(scale)];
      expect(more.mostNodes).toBeGreaterThan(less.mostNodes);
      expect(more.etcd.quotaBytes).toBeGreaterThan(less.etcd.quotaBytes);
      expect(more.etcd.iops).toBeGreaterThan(less.etcd.iops);
      for (const flag of ["max-requests-inflight", "max-mutating-requests-inflight"]) {
        expect(Number(more.apiServer[flag])).toBeGreaterThan(Number(less.apiServer[flag] ?? 0));
      }
    }
  });
});

describe("what the control plane is told", () => {
  test("of a small cluster is Kubernetes' own choice", () => {
    const own = ["max-requests-inflight", "kube-api-qps", "event-ttl", "node-cidr-mask-size"];
    for (const component of ["apiServer", "controllerManager", "scheduler"] as const) {
      expect(Object.keys(flags({}, component)).filter((name) => own.includes(name))).toEqual([]);
    }
  });

  test("of a large one, flag by flag", () => {
    const large = { scale: "large" };
    expect(flags(large, "apiServer")).toMatchObject({
      "max-requests-inflight": "3000",
      "max-mutating-requests-inflight": "1000",
      "event-ttl": "30m",
      "delete-collection-workers": "16",
      "etcd-compaction-interval": "2m30s",
    });
    expect(flags(large, "controllerManager")).toMatchObject({
      "kube-api-qps": "500",
      "kube-api-burst": "500",
      // Over what smaller clusters have.
      "terminated-pod-gc-threshold": "12500",
    });
    expect(flags(large, "scheduler")).toMatchObject({ "kube-api-qps": "500", "kube-api-burst": "500" });
  });

  test("includes the size of a node's range where that is another than Kubernetes'", () => {
    const network = { nodeCidrMaskSize: 25 };
    expect(flags({ network }, "controllerManager")["node-cidr-mask-size"]).toBe("25");
  });

  test("leaves etcd the room that it has at any scale, and asks for no less", () => {
    const quota = (cluster: object) => specOf({ name: "blue", ...cluster }).etcd.maintenance.quotaBytes;
    expect(quota({ scale: "large", etcd: { volume: etcdVolume } })).toBe(8 * 2 ** 30);
    expect(quota({ scale: "small", etcd: { volume: { sizeGiB: 12 } } })).toBe(4 * 2 ** 30);
  });
});
