import { threeZones } from "../../machineSupport";
import type { Deployment } from "../../mocks";
import { account, region } from "../../mocks";
import { deployAddons } from "./deployAddons";

const all = { podNetwork: { provider: "flannel" }, dns: { nodeLocalCache: { enabled: true } } };
const deployWith = (addons: object) => deployAddons(threeZones({ addons: { ...all, ...addons } }));

const namesOf = ({ resources }: Deployment<unknown>): string[] => resources.map(({ name }) => name);
const addonsOf = ({ resources }: Deployment<unknown>): string[] =>
  resources.filter(({ parent }) => parent === "blue-addons").map(({ name }) => name.replace("blue-addons-", ""));

const prerequisites = ["cloud-controller", "flannel", "priority-classes"];
const others = [
  ["dns", "dns"],
  ["metricsServer", "metrics-server"],
  ["ebsCsiDriver", "ebs-csi-driver"],
  ["nodeTerminationHandler", "termination-handler"],
  ["clusterAutoscaler", "cluster-autoscaler"],
  ["nodeProblemDetector", "problem-detector"],
] as const;

test("add-ons depend on those without which pods cannot be scheduled", async () => {
  const deployed = await deployWith({});
  expect(addonsOf(deployed).sort()).toEqual([...prerequisites, ...others.map(([, name]) => name)].sort());
  for (const [, name] of others) {
    const { dependsOn } = deployed.get(`blue-addons-${name}`).options;
    expect(dependsOn).toEqual(prerequisites.map((prerequisite) => `blue-addons-${prerequisite}`));
  }
});

test.each([...others, ["cloudController", "cloud-controller"] as const])(
  "disabling %s removes its resources and no others",
  async (setting, name) => {
    const isOwn = (resource: string): boolean => resource.startsWith(`blue-addons-${name}`);
    const kept = namesOf(await deployWith({})).filter((resource) => !isOwn(resource));
    expect(namesOf(await deployWith({ [setting]: { enabled: false } })).sort()).toEqual(kept.sort());
  },
);

test.each([
  ["cilium", ["blue-addons-cilium"]],
  ["flannel", ["blue-addons-flannel"]],
  ["none", []],
])("pod network %s", async (provider, expected) => {
  const names = namesOf(await deployWith({ podNetwork: { provider } }));
  expect(names.filter((name) => /^blue-addons-(cilium|flannel)$/.test(name))).toEqual(expected);
});

describe("add-ons of special pools", () => {
  const { general } = threeZones().workers;
  if (general === undefined) throw new Error("missing pool");

  test.each<[string, object, object, boolean]>([
    ["blue-addons-gpu-device-plugin-chart", {}, {}, false],
    ["blue-addons-gpu-device-plugin-chart", { gpu: true }, {}, true],
    ["blue-addons-gpu-device-plugin-chart", { gpu: true }, { gpuDevicePlugin: { enabled: false } }, false],
    ["blue-addons-gvisor-runtime-class", {}, {}, false],
    ["blue-addons-gvisor-runtime-class", { sandbox: "gvisor" }, {}, true],
    ["blue-addons-gvisor-runtime-class", { sandbox: "gvisor" }, { gvisor: { enabled: false } }, false],
  ])("%s, with pools of %j and settings %j: %s", async (name, change, addons, expected) => {
    const spec = { ...threeZones({ addons }), workers: { general: { ...general, ...change } } };
    expect(namesOf(await deployAddons(spec)).includes(name)).toBe(expected);
  });
});

test("IAM roles trust one ServiceAccount each", async () => {
  const { ofType } = await deployWith({});
  const subjects = Object.values(ofType("aws:iam/role:Role")).map(
    ({ inputs }) => /system:serviceaccount:[^"]+/.exec(inputs.assumeRolePolicy as string)?.[0],
  );
  expect(subjects.sort()).toEqual([
    "system:serviceaccount:kube-system:aws-node-termination-handler",
    "system:serviceaccount:kube-system:cluster-autoscaler",
    "system:serviceaccount:kube-system:ebs-csi-controller-sa",
  ]);
});

test("add-ons that call AWS use the proxy, and no others do", async () => {
  const externalDns = { enabled: true, hostedZoneIds: ["Z0123456789ABCDEFGHIJ"] };
  const nodes = { proxy: { http: "http://proxy.example.com:3128" } };
  const { resources } = await deployAddons(threeZones({ addons: { ...all, externalDns }, nodes }));
  const programs = resources
    .filter(({ type }) => /:(Deployment|DaemonSet|Release)$/.test(type))
    .map(({ name, inputs }) => ({ name: name.replace("blue-addons-", ""), text: JSON.stringify(inputs) }));
  const namesWith = (pattern: RegExp) => programs.filter(({ text }) => pattern.test(text)).map(({ name }) => name);
  const proxied = namesWith(/"http_proxy".*"https_proxy".*"no_proxy"/).sort();
  expect(proxied).toEqual(namesWith(/AWS_REGION|AWS_ROLE_ARN/).sort());
  expect(proxied).toEqual([
    "cloud-controller-daemon-set",
    "cluster-autoscaler-chart",
    "ebs-csi-driver-chart",
    "external-dns-chart",
    "termination-handler-deployment",
  ]);
});

test("charts have exact versions and are rolled back on failure", async () => {
  const releases = Object.values((await deployWith({})).ofType("kubernetes:helm.sh/v3:Release"));
  expect(releases.map(({ inputs }) => inputs.name).sort()).toEqual([
    "aws-ebs-csi-driver",
    "cluster-autoscaler",
    "snapshot-controller",
  ]);
  for (const { inputs } of releases) {
    expect(inputs).toMatchObject({ namespace: "kube-system", atomic: true });
    expect(inputs.version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

describe("workloads", () => {
  interface PodSpec {
    readonly containers: { name: string }[];
    readonly initContainers?: PodSpec["containers"];
  }

  const workloads = async () =>
    (await deployWith({})).resources.filter(({ type }) => /:(Deployment|DaemonSet)$/.test(type));

  test("have versioned images, requests, a memory limit and a read-only root file system", async () => {
    expect((await workloads()).length).toBeGreaterThanOrEqual(8);
    for (const { name, inputs } of await workloads()) {
      const { spec } = (inputs.spec as { template: { spec: PodSpec } }).template;
      for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
        expect([name, container]).toMatchObject([
          name,
          {
            image: expect.stringMatching(/^[a-z0-9.-]+\/.+:v?\d+\.\d+\.\d+/) as unknown,
            resources: {
              requests: { cpu: expect.any(String) as unknown, memory: expect.any(String) as unknown },
              limits: { memory: expect.any(String) as unknown },
            },
            // The Node Problem Detector opens /dev/kmsg.
            securityContext: {
              readOnlyRootFilesystem: true,
              ...(container.name === "node-problem-detector"
                ? { privileged: true }
                : { allowPrivilegeEscalation: false }),
            },
          },
        ]);
      }
    }
  });

  test("do not mount ServiceAccount tokens by default", async () => {
    const accounts = Object.values((await deployWith({})).ofType("kubernetes:core/v1:ServiceAccount"));
    expect(accounts.length).toBeGreaterThanOrEqual(8);
    for (const { name, inputs } of accounts) {
      expect([name, inputs.automountServiceAccountToken]).toEqual([name, false]);
    }
  });
});

test("PriorityClasses stay below the system's, and headroom below the default", async () => {
  const classes = Object.values((await deployWith({})).ofType("kubernetes:scheduling.k8s.io/v1:PriorityClass"));
  expect(classes.map(({ inputs }) => inputs)).toMatchObject([
    { metadata: { name: "holdfast-addons" }, value: 1_000_000, preemptionPolicy: "PreemptLowerPriority" },
    { metadata: { name: "holdfast-headroom" }, value: -10, preemptionPolicy: "Never", globalDefault: false },
  ]);
});

test("the StorageClass comes after the driver, and the driver after the snapshot controller", async () => {
  const { get } = await deployWith({});
  expect(get("blue-addons-ebs-csi-driver-chart").options.dependsOn).toEqual(["blue-addons-ebs-csi-driver-snapshots"]);
  const { inputs, options } = get("blue-addons-ebs-csi-driver-class");
  expect(inputs).toMatchObject({ parameters: { kmsKeyId: `arn:aws:kms:${region}:${account}:key/disks` } });
  expect(options).toMatchObject({ dependsOn: ["blue-addons-ebs-csi-driver-chart"], deleteBeforeReplace: true });
  const without = await deployWith({ ebsCsiDriver: { snapshots: { enabled: false } } });
  expect(namesOf(without).filter((name) => name.includes("snapshots"))).toEqual([]);
});

describe("Node Termination Handler", () => {
  const handler = "blue-addons-termination-handler";

  test("has an encrypted queue that its EventBridge rules send to", async () => {
    const { get, ofType } = await deployWith({});
    expect(get(`${handler}-queue`).inputs).toMatchObject({ name: "blue-terminations", sqsManagedSseEnabled: true });
    expect(Object.keys(ofType("aws:cloudwatch/eventRule:EventRule")).sort()).toEqual(
      ["scheduled-change", "spot-interruption", "state-change", "termination"].map((event) => `${handler}-${event}`),
    );
    for (const { inputs } of Object.values(ofType("aws:cloudwatch/eventTarget:EventTarget"))) {
      expect(inputs).toMatchObject({ arn: `arn:aws:sqs:${region}:${account}:${handler}-queue`, targetId: "queue" });
    }
    const policy = get(`${handler}-queue-policy`).inputs.policy as string;
    expect(policy.match(/arn:aws:cloudwatch:[^"]+/g)).toHaveLength(4);
  });

  test("creates drain hooks after its Deployment", async () => {
    const { inputs, options } = (await deployWith({})).get(`${handler}-general-drain`);
    expect(inputs).toMatchObject({ autoscalingGroupName: "blue-worker-general", name: "holdfast-drain" });
    expect(options.dependsOn).toEqual([`${handler}-deployment`]);
  });

  test("has two replicas and a disruption budget on three control-plane nodes, one replica and none on one", async () => {
    const three = await deployWith({});
    expect(three.get(`${handler}-deployment`).inputs).toMatchObject({ spec: { replicas: 2 } });
    expect(three.get(`${handler}-budget`).inputs).toMatchObject({ spec: { maxUnavailable: 1 } });
    const one = await deployAddons(
      threeZones({ controlPlane: { members: 1 }, protect: false, network: { zones: ["eu-central-1a"] } }),
    );
    expect(one.get(`${handler}-deployment`).inputs).toMatchObject({ spec: { replicas: 1 } });
    expect(namesOf(one)).not.toContain(`${handler}-budget`);
  });
});

describe("Node Problem Detector", () => {
  const detector = "blue-addons-problem-detector";

  test("runs on every node, and mounts the node's files read-only", async () => {
    const { template } = (await deployWith({})).get(`${detector}-daemon-set`).inputs.spec as {
      template: { metadata: object; spec: { containers: { volumeMounts: object[] }[]; volumes: object[] } };
    };
    expect(template).toMatchObject({
      metadata: { annotations: { "holdfast.dev/configuration": expect.stringMatching(/^[0-9a-f]{16}$/) as unknown } },
      spec: {
        serviceAccountName: "node-problem-detector",
        tolerations: [{ operator: "Exists" }],
        priorityClassName: "system-node-critical",
      },
    });
    const mounts = ["kmsg", "log", "machine-id", "config"].map((name) => ({ name }));
    expect(template.spec.volumes).toMatchObject(mounts);
    expect(template.spec.containers[0]?.volumeMounts).toMatchObject(
      mounts.map((each) => ({ ...each, readOnly: true })),
    );
  });

  test("may only write conditions and events", async () => {
    const { resources } = await deployWith({});
    const roles = resources.filter(({ name, type }) => name.startsWith(detector) && type.includes("rbac"));
    expect(roles.map(({ inputs }) => inputs)).toMatchObject([
      {
        metadata: { name: "node-problem-detector" },
        roleRef: { kind: "ClusterRole", name: "system:node-problem-detector" },
        subjects: [{ kind: "ServiceAccount", name: "node-problem-detector", namespace: "kube-system" }],
      },
    ]);
  });
});
