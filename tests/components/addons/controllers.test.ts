import { awsAccount } from "../../../components/aws/account";
import type { ClusterSpec } from "../../../components/clusterSpec";
import { Controllers } from "../../../components/addons/controllers";
import { remembered, threeZones } from "../../machineSupport";
import { account, deploy, region } from "../../mocks";

const issuer = { providerArn: `arn:aws:iam::${account}:oidc-provider/issuer.example`, url: "https://issuer.example" };

const deployControllers = remembered((spec: ClusterSpec) =>
  deploy(() => {
    new Controllers("blue-controllers", {
      spec,
      account: awsAccount(region, {}),
      issuer,
      disksKeyArn: `arn:aws:kms:${region}:${account}:key/disks`,
      groupNames: { general: "blue-worker-general" },
    });
  }),
);

const components = [
  ["ebsCsi", "holdfast:index:EbsCsi blue-controllers-ebs-csi"],
  ["nodeTerminationHandler", "holdfast:index:NodeTerminationHandler blue-controllers-termination-handler"],
  ["clusterAutoscaler", "holdfast:index:ClusterAutoscaler blue-controllers-autoscaler"],
  ["nodeProblemDetector", "holdfast:index:NodeProblemDetector blue-controllers-problem-detector"],
] as const;

const made = async (spec: ClusterSpec): Promise<string[]> =>
  (await deployControllers(spec)).resources.map(({ type, name }) => `${type} ${name}`);

describe("each controller", () => {
  test.each(components)(
    "%s is there, and goes with all that is its own when switched off",
    async (setting, component) => {
      const all = await made(threeZones());
      expect(all).toContain(component);
      const without = await made(threeZones({ platform: { [setting]: { enabled: false } } }));
      const name = component.split(" ")[1] ?? "";
      expect(without.filter((one) => one.includes(` ${name}`))).toEqual([]);
      // Nobody else's change with it.
      expect(without.sort()).toEqual(all.filter((one) => !one.includes(` ${name}`)).sort());
    },
  );

  test("takes its role by its own service account", async () => {
    const { ofType } = await deployControllers(threeZones());
    const subjects = Object.values(ofType("aws:iam/role:Role")).map(({ inputs }) => {
      const [subject] = /system:serviceaccount:[^"]+/.exec(inputs["assumeRolePolicy"] as string) ?? [];
      return subject;
    });
    expect(subjects.sort()).toEqual([
      "system:serviceaccount:kube-system:aws-node-termination-handler",
      "system:serviceaccount:kube-system:cluster-autoscaler",
      "system:serviceaccount:kube-system:ebs-csi-controller-sa",
    ]);
  });

  test("of a chart is of an exact release from its project's repository", async () => {
    const { ofType } = await deployControllers(threeZones());
    const releases = Object.values(ofType("kubernetes:helm.sh/v3:Release")).map(({ inputs }) => [
      inputs["name"],
      inputs["version"],
      (inputs["repositoryOpts"] as { repo: string }).repo,
      inputs["namespace"],
      inputs["atomic"],
    ]);
    expect(releases.sort()).toEqual([
      ["aws-ebs-csi-driver", "2.64.0", "https://kubernetes-sigs.github.io/aws-ebs-csi-driver", "kube-system", true],
      ["cluster-autoscaler", "9.59.0", "https://kubernetes.github.io/autoscaler", "kube-system", true],
      ["snapshot-controller", "5.0.3", "https://piraeus.io/helm-charts", "kube-system", true],
    ]);
  });
});

describe("volumes", () => {
  test("get their class after their driver, and the driver comes after what snapshots need", async () => {
    const { get } = await deployControllers(threeZones());
    expect(get("blue-controllers-ebs-csi-driver").options.dependsOn).toEqual(["blue-controllers-ebs-csi-snapshots"]);
    const { type, inputs, options } = get("blue-controllers-ebs-csi-class");
    expect(type).toBe("kubernetes:storage.k8s.io/v1:StorageClass");
    expect(inputs).toMatchObject({
      provisioner: "ebs.csi.aws.com",
      parameters: { encrypted: "true", kmsKeyId: `arn:aws:kms:${region}:${account}:key/disks` },
    });
    expect(options).toMatchObject({ dependsOn: ["blue-controllers-ebs-csi-driver"], deleteBeforeReplace: true });
  });

  test("need no snapshots", async () => {
    const resources = await made(threeZones({ platform: { ebsCsi: { snapshots: { enabled: false } } } }));
    expect(resources.filter((one) => one.includes("snapshots"))).toEqual([]);
  });
});

describe("the termination handler", () => {
  const deployed = () => deployControllers(threeZones());
  const handler = "blue-controllers-termination-handler";

  test("has a queue of its own, encrypted, that rules of EventBridge send to", async () => {
    const { get, ofType } = await deployed();
    expect(get(`${handler}-queue`).inputs).toEqual({
      name: "blue-terminations",
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: 300,
      tags: { Name: "blue-terminations", "holdfast:cluster": "blue" },
    });
    expect(Object.keys(ofType("aws:cloudwatch/eventRule:EventRule")).sort()).toEqual(
      ["scheduled-change", "spot-interruption", "state-change", "termination"].map((event) => `${handler}-${event}`),
    );
    for (const { inputs } of Object.values(ofType("aws:cloudwatch/eventTarget:EventTarget"))) {
      expect(inputs).toMatchObject({ arn: `arn:aws:sqs:${region}:${account}:${handler}-queue`, targetId: "queue" });
    }
    const policy = get(`${handler}-queue-policy`).inputs["policy"] as string;
    expect(policy.match(/arn:aws:cloudwatch:[^"]+/g)).toHaveLength(4);
  });

  test("holds workers only once it is there to let them go", async () => {
    const { get } = await deployed();
    const { inputs, options } = get(`${handler}-general-drain`);
    expect(inputs).toEqual({
      autoscalingGroupName: "blue-worker-general",
      name: "holdfast-drain",
      lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
      heartbeatTimeout: 600,
      defaultResult: "CONTINUE",
    });
    expect(options.dependsOn).toEqual([`${handler}-deployment`]);
  });

  test("runs twice, with a budget", async () => {
    const { get } = await deployed();
    const { inputs } = get(`${handler}-deployment`);
    expect(inputs).toMatchObject({
      metadata: { name: "aws-node-termination-handler", namespace: "kube-system" },
      spec: { replicas: 2, template: { spec: { serviceAccountName: "aws-node-termination-handler" } } },
    });
    expect(get(`${handler}-budget`).inputs).toMatchObject({ spec: { maxUnavailable: 1 } });
  });

  test("runs once where the control plane is one machine, with no budget that nothing could meet", async () => {
    const { get, resources } = await deployControllers(
      threeZones({ controlPlane: { members: 1 }, protect: false, network: { zones: ["eu-central-1a"] } }),
    );
    expect(get(`${handler}-deployment`).inputs).toMatchObject({ spec: { replicas: 1 } });
    expect(resources.map(({ name }) => name)).not.toContain(`${handler}-budget`);
  });
});

describe("the problem detector", () => {
  const detector = "blue-controllers-problem-detector";

  test("restarts its agents when what they look for changes", async () => {
    const { get } = await deployControllers(threeZones());
    const { inputs, options } = get(`${detector}-agents`);
    const { template } = inputs["spec"] as { template: { metadata: { annotations: Record<string, string> } } };
    expect(template.metadata.annotations["holdfast.dev/configuration"]).toMatch(/^[0-9a-f]{16}$/);
    expect(options.dependsOn).toEqual([`${detector}-account`, `${detector}-binding`, `${detector}-config`]);
  });

  test("may write conditions and events, and nothing else", async () => {
    const { get } = await deployControllers(threeZones());
    expect(get(`${detector}-binding`).inputs).toMatchObject({
      roleRef: { kind: "ClusterRole", name: "system:node-problem-detector" },
      subjects: [{ kind: "ServiceAccount", name: "node-problem-detector", namespace: "kube-system" }],
    });
  });
});

describe("what only some pools need", () => {
  const general = threeZones().workers["general"];
  if (general === undefined) throw new Error("there is no pool");
  const having = (change: object, platform: object): ClusterSpec => ({
    ...threeZones({ platform }),
    workers: { general: { ...general, ...change } },
  });

  test.each<[string, object, object, boolean]>([
    ["blue-controllers-gpu-chart", {}, {}, false],
    ["blue-controllers-gpu-chart", { gpu: true }, {}, true],
    ["blue-controllers-gpu-chart", { gpu: true }, { gpuDevicePlugin: { enabled: false } }, false],
    ["blue-controllers-sandbox", {}, {}, false],
    ["blue-controllers-sandbox", { sandbox: "gvisor" }, {}, true],
    ["blue-controllers-sandbox", { sandbox: "gvisor" }, { sandbox: { enabled: false } }, false],
  ])("%s, with pools of %j and settings %j: %s", async (name, change, platform, expected) => {
    const { resources } = await deployControllers(having(change, platform));
    expect(resources.some((one) => one.name === name)).toBe(expected);
  });
});
