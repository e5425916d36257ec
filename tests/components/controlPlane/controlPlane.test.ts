import type { ClusterSpec } from "../../../components/clusterSpec";
import { ControlPlane } from "../../../components/controlPlane/controlPlane";
import { Etcd } from "../../../components/etcd/etcd";
import { basisOf, readUserData, remembered, subnetIds, threeZones } from "../../machineSupport";
import { account, deploy, region } from "../../mocks";

const deployControlPlane = remembered((spec: ClusterSpec) =>
  deploy(() => {
    const basis = basisOf(spec);
    const etcd = new Etcd("blue-etcd", {
      basis,
      subnetIds,
      securityGroupIds: ["sg-etcd"],
      hostedZoneId: "Z1",
      accessLogsBucket: "logs",
      alarmTopicArn: "arn:topic",
    });
    new ControlPlane("blue-control-plane", {
      basis,
      subnetIds,
      securityGroupIds: ["sg-control-plane"],
      targetGroupArns: ["arn:targets:internal", "arn:targets:public"],
      etcd: etcd.identity,
      serviceAccountIssuer: "https://issuer.example",
    });
  }),
);

const external = { etcd: { topology: "external", members: 3, instanceType: "m7i.large" } };

describe("a member of the control plane", () => {
  test("is a group of one, in its zone, behind the API's load balancers", async () => {
    const { get } = await deployControlPlane(threeZones());
    expect(get("blue-control-plane-b-group")).toEqual({
      type: "aws:autoscaling/group:Group",
      name: "blue-control-plane-b-group",
      parent: "blue-control-plane",
      inputs: {
        name: "blue-control-plane-b",
        minSize: 1,
        maxSize: 1,
        desiredCapacity: 1,
        vpcZoneIdentifiers: ["subnet-b"],
        launchTemplate: { id: "blue-control-plane-b-template-id", version: "1" },
        targetGroupArns: ["arn:targets:internal", "arn:targets:public"],
        serviceLinkedRoleArn: `arn:aws:iam:${region}:${account}:blue-disks-launcher`,
        instanceRefresh: {
          strategy: "Rolling",
          preferences: {
            minHealthyPercentage: 0,
            maxHealthyPercentage: 100,
            scaleInProtectedInstances: "Wait",
            skipMatching: true,
            instanceWarmup: "180",
            autoRollback: false,
          },
        },
        protectFromScaleIn: false,
        healthCheckType: "EC2",
        healthCheckGracePeriod: 60,
        waitForCapacityTimeout: "10m",
        enabledMetrics: expect.arrayContaining(["GroupInServiceInstances"]) as unknown,
        metricsGranularity: "1Minute",
        forceDelete: false,
        tags: [
          { key: "example.com/owner", value: "platform", propagateAtLaunch: false },
          { key: "Name", value: "blue-control-plane-b", propagateAtLaunch: false },
          { key: "holdfast:cluster", value: "blue", propagateAtLaunch: false },
          { key: "kubernetes.io/cluster/blue", value: "owned", propagateAtLaunch: false },
          { key: "holdfast:role", value: "control-plane", propagateAtLaunch: false },
          { key: "holdfast:member", value: "b", propagateAtLaunch: false },
        ],
      },
      options: {
        protect: false,
        retainOnDelete: false,
        ignoreChanges: [],
        replaceOnChanges: [],
        deleteBeforeReplace: false,
        dependsOn: ["routes", "blue-control-plane-restore", "blue-bundle"],
      },
    });
  });

  test("is held back, when it ends, by a hook that a dead machine does not hold for long", async () => {
    const { get } = await deployControlPlane(threeZones());
    expect(get("blue-control-plane-a-depart")).toMatchObject({
      type: "aws:autoscaling/lifecycleHook:LifecycleHook",
      inputs: {
        name: "holdfast-depart",
        autoscalingGroupName: "blue-control-plane-a",
        lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING",
        heartbeatTimeout: 120,
        defaultResult: "CONTINUE",
      },
    });
  });

  test("waits for no other member: all boot at the same time", async () => {
    const { ofType } = await deployControlPlane(threeZones());
    for (const { name, options } of Object.values(ofType("aws:autoscaling/group:Group"))) {
      expect([name, options.dependsOn]).toEqual([name, ["routes", "blue-control-plane-restore", "blue-bundle"]]);
    }
  });

  test("takes on a member of etcd where it is stacked", async () => {
    const { get } = await deployControlPlane(threeZones());
    expect(readUserData(get("blue-control-plane-c-template").inputs["userData"]).node).toEqual({
      cluster: "blue",
      region,
      domain: "blue.example.internal",
      parameterPrefix: "/holdfast/blue",
      role: "controlPlane",
      group: "blue-control-plane-c",
      member: { name: "c", volumeId: "blue-etcd-volume-c-id" },
      hostedZoneId: "Z1",
      backupsBucket: "blue-etcd-backups-files-id",
      backupsKeyArn: `arn:aws:kms:${region}:${account}:blue-etcd-backups-key`,
      serviceAccountIssuer: "https://issuer.example",
    });
    const policy = get("blue-control-plane-c-machine-policy").inputs["policy"];
    expect(policy).toContain("volume/blue-etcd-volume-c-id");
    expect(policy).not.toContain("volume/blue-etcd-volume-a-id");
    expect(get("blue-control-plane-c-template").inputs["iamInstanceProfile"]).toEqual({
      arn: `arn:aws:iam:${region}:${account}:blue-control-plane-c-machine-profile`,
    });
  });

  test("has nothing of etcd's where that is on machines of its own", async () => {
    const { get } = await deployControlPlane(threeZones(external));
    const { node } = readUserData(get("blue-control-plane-c-template").inputs["userData"]);
    expect(node.member).toEqual({ name: "c" });
    expect(node).not.toHaveProperty("hostedZoneId");
    expect(node).not.toHaveProperty("backupsBucket");
    const policy = get("blue-control-plane-machine-policy").inputs["policy"] as string;
    expect(policy).not.toMatch(/ec2:AttachVolume|route53:|blue-etcd-backups/);
  });

  test("is told what etcd serves once it may read that, where etcd is stacked", async () => {
    const { get } = await deployControlPlane(threeZones());
    expect(get("blue-control-plane-restore").options.dependsOn).toEqual(
      ["a", "b", "c"].map((letter) => `blue-control-plane-${letter}-machine`),
    );
    const beside = await deployControlPlane(threeZones(external));
    expect(Object.keys(beside.ofType("aws:ssm/parameter:Parameter"))).toEqual(["blue-etcd-restore"]);
  });

  test("has a role that EC2 alone takes, and that allows something before the first machine boots", async () => {
    const { get } = await deployControlPlane(threeZones(external));
    expect(JSON.parse(get("blue-control-plane-machine", "Role").inputs["assumeRolePolicy"] as string)).toMatchObject({
      Statement: [{ Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
    });
    expect(get("blue-control-plane-machine-profile")).toMatchObject({
      inputs: { role: "blue-control-plane-machine-name" },
      options: { dependsOn: ["blue-control-plane-machine-policy", "blue-control-plane-machine-cloud-controller"] },
    });
  });
});

describe("a cluster that changes", () => {
  test("from three to five members leaves the first three as they are", async () => {
    const few = await deployControlPlane(threeZones(external));
    const more = await deployControlPlane(threeZones({ ...external, controlPlane: { members: 5 } }));
    const ofGroup = (deployment: typeof few, letter: string) =>
      deployment.get(`blue-control-plane-${letter}-group`).inputs;
    for (const letter of ["a", "b", "c"]) expect(ofGroup(more, letter)).toEqual(ofGroup(few, letter));
    expect(ofGroup(more, "e")).toMatchObject({ vpcZoneIdentifiers: ["subnet-b"] });
  });
});
