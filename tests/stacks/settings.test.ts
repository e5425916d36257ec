import { formatProblems, parseSettings } from "../../stacks/settings";
import { cluster, problemsOf, stackConfig, stackNames } from "./settingsSupport";

test.each(stackNames)("the file of stack %s is valid", (stack) => {
  expect(problemsOf(stackConfig(stack))).toEqual([]);
});

test("only name and region are required", () => {
  const result = parseSettings(cluster());
  expect(result).toMatchObject({
    ok: true,
    spec: {
      name: "test",
      region: "eu-central-1",
      domain: "test.holdfast.internal",
      protect: true,
      tags: {},
      network: {
        vpc: { source: "create", cidr: "10.0.0.0/16" },
        zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
        podCidr: "10.244.0.0/16",
        serviceCidr: "10.96.0.0/16",
        nat: "perZone",
        interfaceEndpoints: false,
        flowLogs: { enabled: true, retentionDays: 365 },
        conntrack: { maxPerCore: 32768, min: 131072 },
      },
      api: { allowedCidrs: [], certificateSans: [] },
      pki: {
        authorityYears: 10,
        adminHours: 168,
        leafHours: 8760,
        authorities: {
          kubernetes: { generation: 1, stage: "drop", own: {} },
          etcd: { generation: 1, stage: "drop", own: {} },
          frontProxy: { generation: 1, stage: "drop", own: {} },
        },
        serviceAccountKey: { generation: 1, stage: "drop" },
      },
      etcd: { topology: "stacked", volume: { sizeGiB: 20, iops: 3000, throughputMiBps: 125 } },
      controlPlane: { members: 3, instanceType: "m6i.large", architecture: "amd64" },
      nodes: { rootDevice: "/dev/xvda", assets: { sha256: {} }, registryMirrors: {} },
      workers: {
        general: {
          instanceTypes: ["m6i.large"],
          architecture: "amd64",
          min: 1,
          max: 1,
          onDemand: { base: 0, percentAboveBase: 100 },
          zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
          gpu: false,
          maxPods: 110,
          maxUnavailable: 10,
          maxSurge: 10,
        },
      },
    },
  });
});

test("zones have the letters of the region; letters become full names", () => {
  const zones = (settings: Record<string, unknown>, region: string): unknown => {
    const result = parseSettings(cluster(settings, region));
    return result.ok ? result.spec.network.zones : result.problems;
  };
  expect(zones({}, "ap-northeast-1")).toEqual(["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]);
  expect(zones({}, "ca-central-1")).toEqual(["ca-central-1a", "ca-central-1b", "ca-central-1d"]);
  expect(zones({ "network.zones": ["f", "us-east-1a", "b"] }, "us-east-1")).toEqual([
    "us-east-1f",
    "us-east-1a",
    "us-east-1b",
  ]);
  expect(zones({ "network.zones": ["a", "c"], "controlPlane.members": 1 }, "us-west-1")).toEqual([
    "us-west-1a",
    "us-west-1c",
  ]);
});

test.each([
  ["t3.large", "amd64"],
  ["m7i-flex.large", "amd64"],
  ["m5zn.large", "amd64"],
  ["u7in-16tb.224xlarge", "amd64"],
  ["g6.xlarge", "amd64"],
  ["a1.large", "arm64"],
  ["t4g.large", "arm64"],
  ["c7gn.2xlarge", "arm64"],
  ["im4gn.large", "arm64"],
  ["is4gen.large", "arm64"],
  ["i8g.large", "arm64"],
  ["hpc7g.4xlarge", "arm64"],
  ["g5g.xlarge", "arm64"],
  ["p6e-gb200.36xlarge", "arm64"],
])("architecture of %s is %s", (instanceType, architecture) => {
  const gpu = /^(g6|g5g|p6e)/.test(instanceType);
  const result = parseSettings(cluster({ "workers.general": { instanceTypes: [instanceType], gpu } }));
  expect(result).toMatchObject({ ok: true, spec: { workers: { general: { architecture } } } });
});

test("values as `pulumi config set --path` writes them, and the cluster as JSON text, are valid", () => {
  const config = cluster({
    "workers.general.max": 40,
    // The CLI writes true and 2024 without quotes.
    "workers.general.labels": { spot: true, year: 2024 },
    "etcd.volume.sizeGiB": 40,
    "network.vpc.cidr": "10.30.0.0/16",
  });
  const text = { ...config, "holdfast:cluster": JSON.stringify(config["holdfast:cluster"]) };
  const expected = {
    ok: true,
    spec: {
      workers: { general: { min: 1, max: 40, labels: { spot: "true", year: "2024" } } },
      etcd: { topology: "stacked", volume: { sizeGiB: 40 } },
      network: { vpc: { source: "create", cidr: "10.30.0.0/16" } },
    },
  };
  expect(parseSettings(config)).toMatchObject(expected);
  expect(parseSettings(text)).toMatchObject(expected);
});

test("max of a pool defaults to min, max of a warm pool to max of the pool", () => {
  const result = parseSettings(cluster({ "workers.general": { min: 4, warmPool: { min: 2 } } }));
  expect(result).toMatchObject({ ok: true, spec: { workers: { general: { max: 4, warmPool: { min: 2, max: 4 } } } } });
});

test("members may share one zone with protect: false", () => {
  expect(problemsOf(cluster({ "network.zones": ["a"], protect: false }))).toEqual([]);
});

test("accepts five members in three zones", () => {
  expect(problemsOf(cluster({ "controlPlane.members": 5 }))).toEqual([]);
});

describe("several problems", () => {
  const config = cluster(
    {
      nmae: "test",
      kubernetesVersion: "v1.36.3",
      "network.podCidr": "10.244.0.1/16",
      "network.serviceCidr": "10.0.0.0/16",
      "network.zones": ["a", "b", "x"],
      "controlPlane.instanceType": "t3.micro",
      "etcd.volume": { sizeGiB: 10, iops: 9000 },
      "workers.general": { min: 5, max: 2, gpu: "no", labels: { "kubernetes.io/role": "x" } },
      "workers.Bad": {},
    },
    "eu-central-1",
  );

  test("misspellings and conflicts are reported together, each with its path", () => {
    expect(
      problemsOf(config)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(
      [
        "cluster.nmae",
        "cluster.kubernetesVersion",
        "cluster.network.podCidr",
        "cluster.network.serviceCidr",
        "cluster.network.zones[2]",
        "cluster.controlPlane.instanceType",
        "cluster.etcd.volume.iops",
        "cluster.workers.general.max",
        "cluster.workers.general.gpu",
        'cluster.workers.general.labels["kubernetes.io/role"]',
        "cluster.workers.Bad",
      ].sort(),
    );
  });

  test("conflicts with an invalid setting are omitted", () => {
    const paths = problemsOf(cluster({ "network.podCidr": "nonsense", "network.serviceCidr": "10.244.0.0/16" }));
    expect(paths.map(({ path }) => path)).toEqual(["cluster.network.podCidr"]);
  });

  test("the text lists path, value and advice", () => {
    const text = formatProblems(
      problemsOf(cluster({ "workers.general": { min: 5, max: 2 }, "network.podCidr": "10.0.0.0/16" })),
    );
    expect(text).toBe(`2 problems in the settings:

  cluster.network.podCidr
    found: "10.0.0.0/16"
    overlaps the range of the VPC (10.0.0.0/16); write a disjoint one

  cluster.workers.general.max
    found: 2
    must be at least min (5); write at least 5, or lower min
`);
  });

  test("a default value in a conflict is marked as default", () => {
    const [problem] = problemsOf(cluster({ "network.podCidr": "10.96.0.0/12" }));
    expect(problem).toMatchObject({ path: "cluster.network.serviceCidr", found: '"10.96.0.0/16" (default)' });
  });
});

test("a thousand pools take less than a second of CPU time", () => {
  const workers = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`pool-${index}`, { max: 4, labels: { team: `team-${index}` } }]),
  );
  const volume = { sizeGiB: 64, iops: 16000, throughputMiBps: 250 };
  const config = cluster({ workers, scale: "large", "etcd.volume": volume, "network.podCidr": "100.64.0.0/10" });
  const before = process.cpuUsage();
  expect(parseSettings(config).ok).toBe(true);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(1000);
});
