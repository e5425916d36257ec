import { Etcd } from "../../../components/etcd/etcd";
import type { ClusterSpec } from "../../../components/clusterSpec";
import { basisOf, readUserData, remembered, subnetIds, threeZones } from "../../machineSupport";
import { account, deploy, region } from "../../mocks";

const deployEtcd = remembered((spec: ClusterSpec) =>
  deploy(() => {
    const etcd = new Etcd("blue-etcd", {
      basis: basisOf(spec),
      subnetIds,
      securityGroupIds: ["sg-etcd"],
      hostedZoneId: "Z1",
      accessLogsBucket: "logs",
      alarmTopicArn: "arn:topic",
    });
    return { access: etcd.identity.access.get("b") };
  }),
);

const external = { etcd: { topology: "external", members: 3, instanceType: "m7i.large", volume: { sizeGiB: 40 } } };

describe("etcd's data", () => {
  test.each([
    ["stacked", {}],
    ["external", external],
  ])("when %s is on one encrypted volume for each member, in its zone", async (_topology, settings) => {
    const spec = threeZones(settings);
    const { sizeGiB, iops, throughputMiBps } = spec.etcd.volume;
    const { get, ofType } = await deployEtcd(spec);
    expect(Object.keys(ofType("aws:ebs/volume:Volume"))).toEqual(
      ["a", "b", "c"].map((letter) => `blue-etcd-volume-${letter}`),
    );
    expect(get("blue-etcd-volume-b")).toMatchObject({
      inputs: {
        availabilityZone: "eu-central-1b",
        type: "gp3",
        size: sizeGiB,
        iops,
        throughput: throughputMiBps,
        encrypted: true,
        kmsKeyId: `arn:aws:kms:${region}:${account}:blue-disks-key`,
        tags: {
          Name: "blue-etcd-b",
          "holdfast:cluster": "blue",
          "holdfast:member": "b",
          "holdfast:role": "etcd",
          "kubernetes.io/cluster/blue": "owned",
        },
      },
    });
  });

  test.each([true, false])("with protect: %s is kept or goes with the stack", async (protect) => {
    const { get } = await deployEtcd(threeZones({ protect }));
    const kept = { protect, retainOnDelete: protect };
    expect(get("blue-etcd-volume-a").options).toMatchObject(kept);
    expect(get("blue-etcd-backups-key", "Key").options).toMatchObject(kept);
    expect(get("blue-etcd-backups-files", "Bucket")).toMatchObject({
      inputs: { forceDestroy: !protect },
      options: kept,
    });
  });

  test("is backed up under a key of its own, and accesses are logged", async () => {
    const { get } = await deployEtcd(threeZones());
    expect(get("blue-etcd-backups-files-encryption").inputs).toMatchObject({
      rules: [
        {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: "aws:kms",
            kmsMasterKeyId: `arn:aws:kms:${region}:${account}:blue-etcd-backups-key`,
          },
        },
      ],
    });
    expect(get("blue-etcd-backups-files-logging").inputs).toMatchObject({
      targetBucket: "logs",
      targetPrefix: "backups/",
    });
  });

  test("is reached by whoever holds a member: all facts for a policy are there", async () => {
    const { outputs } = await deployEtcd(threeZones());
    expect(outputs.access).toEqual({
      member: "b",
      dnsName: "etcd-b.blue.example.internal",
      hostedZoneId: "Z1",
      volumeId: "blue-etcd-volume-b-id",
      disksKeyArn: `arn:aws:kms:${region}:${account}:blue-disks-key`,
      backups: {
        bucketArn: `arn:aws:s3:${region}:${account}:blue-etcd-backups-files`,
        keyArn: `arn:aws:kms:${region}:${account}:blue-etcd-backups-key`,
      },
    });
  });
});

describe("etcd's machines", () => {
  test("are the control plane's when etcd is stacked there", async () => {
    const { ofType } = await deployEtcd(threeZones());
    expect(ofType("aws:autoscaling/group:Group")).toEqual({});
    expect(ofType("aws:iam/role:Role")).toEqual({});
  });

  test("are a group of one for each member, in its zone, behind no load balancer", async () => {
    const { get, ofType } = await deployEtcd(threeZones(external));
    expect(Object.values(ofType("aws:autoscaling/group:Group")).map(({ inputs }) => inputs["name"])).toEqual([
      "blue-etcd-a",
      "blue-etcd-b",
      "blue-etcd-c",
    ]);
    expect(get("blue-etcd-c-group").inputs).toMatchObject({
      minSize: 1,
      maxSize: 1,
      vpcZoneIdentifiers: ["subnet-c"],
      targetGroupArns: [],
    });
  });

  test("are told which member they are, and no secret", async () => {
    const { get } = await deployEtcd(threeZones(external));
    const { inputs } = get("blue-etcd-b-template");
    expect(readUserData(inputs["userData"]).node).toEqual({
      cluster: "blue",
      region,
      domain: "blue.example.internal",
      parameterPrefix: "/holdfast/blue",
      role: "etcd",
      group: "blue-etcd-b",
      member: { name: "b", volumeId: "blue-etcd-volume-b-id" },
      hostedZoneId: "Z1",
      backupsBucket: "blue-etcd-backups-files-id",
      backupsKeyArn: `arn:aws:kms:${region}:${account}:blue-etcd-backups-key`,
    });
    expect(inputs).toMatchObject({
      instanceType: "m7i.large",
      iamInstanceProfile: { arn: `arn:aws:iam:${region}:${account}:blue-etcd-b-machine-profile` },
      networkInterfaces: [{ securityGroups: ["sg-etcd"] }],
    });
  });

  test("act each under a role of its own, which reaches its own volume, name and backups", async () => {
    const { get } = await deployEtcd(threeZones(external));
    const policy = get("blue-etcd-b-machine-policy").inputs["policy"] as string;
    expect(policy).toContain("parameter/holdfast/blue/pki/etcd/*");
    expect(policy).not.toContain("/join/kubeconfig");
    for (const own of ["volume/blue-etcd-volume-b-id", "etcd-b.blue", "blue/backups/*-b.db.gz"])
      expect(policy).toContain(own);
    for (const other of ["volume-a-id", "etcd-a.blue", "-a.db.gz"]) expect(policy).not.toContain(other);
    expect(get("blue-etcd-b-machine", "Role").inputs["tags"]).toMatchObject({ Name: "blue-etcd-b" });
  });

  test("boot after the order that says which data they serve, and that after the leave to read it", async () => {
    const { get } = await deployEtcd(threeZones(external));
    expect(get("blue-etcd-a-group").options.dependsOn).toContain("blue-etcd-restore");
    expect(get("blue-etcd-restore")).toMatchObject({
      type: "aws:ssm/parameter:Parameter",
      inputs: { name: "/holdfast/blue/etcd/restore", type: "String", insecureValue: '{"generation":1}' },
      options: { dependsOn: ["a", "b", "c"].map((letter) => `blue-etcd-${letter}-machine`) },
    });
  });
});

describe("a restore", () => {
  const snapshot = "blue/backups/daily/20261121T000003Z-g1-r12345-a.db.gz";
  const restore = { generation: 2, snapshot };
  const ordered = { etcd: { ...external.etcd, restore } };

  test("is an order, and leave to read that one backup; no machine is replaced for it", async () => {
    const before = await deployEtcd(threeZones(external));
    const after = await deployEtcd(threeZones(ordered));
    const changed = after.resources
      .filter(
        ({ name, type, inputs }) =>
          JSON.stringify(before.get(name, type.split(":")[2]).inputs) !== JSON.stringify(inputs),
      )
      .map(({ name }) => name);
    expect(changed.sort()).toEqual([
      "blue-etcd-a-machine-policy",
      "blue-etcd-b-machine-policy",
      "blue-etcd-c-machine-policy",
      "blue-etcd-restore",
    ]);
    expect(JSON.parse(after.get("blue-etcd-restore").inputs["insecureValue"] as string)).toEqual(restore);
    expect(after.get("blue-etcd-c-machine-policy").inputs["policy"]).toContain(`/${snapshot}"`);
  });
});
