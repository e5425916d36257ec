import { ebsCsiDriverStatements } from "../../../components/addons/ebsCsiDriver/role.plan";
import { storageClass } from "../../../components/addons/ebsCsiDriver/storageClass.plan";
import { driverValues, snapshotControllerValues } from "../../../components/addons/ebsCsiDriver/values.plan";
import { threeZones } from "../../machineSupport";
import { allows } from "../machines/iamEvaluator";
import { describePolicy, iamScope, identity } from "./iamScope";

const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/disks";
const onControlPlane = { nodeSelector: { "node-role.kubernetes.io/control-plane": "" } };

describe("StorageClass", () => {
  const defaults = threeZones().addons.ebsCsiDriver.storageClass;
  const parameters = {
    type: "gp3",
    encrypted: "true",
    kmsKeyId: keyArn,
    iops: "3000",
    throughput: "125",
    "csi.storage.k8s.io/fstype": "ext4",
  };

  test.each([
    [
      {},
      {
        metadata: { name: "encrypted", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
        provisioner: "ebs.csi.aws.com",
        parameters,
        reclaimPolicy: "Delete",
        volumeBindingMode: "WaitForFirstConsumer",
        allowVolumeExpansion: true,
      },
    ],
    [
      { name: "fast", reclaimPolicy: "Retain" },
      { metadata: { name: "fast" }, reclaimPolicy: "Retain" },
    ],
    [
      { iops: 6000, throughputMiBps: 500, fileSystem: "xfs" },
      { parameters: { ...parameters, iops: "6000", throughput: "500", "csi.storage.k8s.io/fstype": "xfs" } },
    ],
    [{ isDefault: false }, { metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": "false" } } }],
  ] as const)("with settings %j", (settings, expected) => {
    expect(storageClass({ ...defaults, ...settings }, keyArn)).toMatchObject(expected);
  });
});

describe("driver", () => {
  const spec = threeZones();
  const values = driverValues(spec, identity);

  test("tags volumes with the cluster's name", () => {
    expect(values.controller).toMatchObject({
      k8sTagClusterId: "blue",
      extraVolumeTags: { "example.com/owner": "platform", "holdfast:cluster": "blue" },
    });
  });

  test("assumes its role by a token, on the control plane", () => {
    const { env, volumes, volumeMounts } = identity;
    expect(values.controller).toMatchObject({ replicaCount: 2, env, volumes, volumeMounts, ...onControlPlane });
    const single = driverValues({ ...spec, controlPlane: { ...spec.controlPlane, members: 1 } }, identity);
    expect(single.controller.replicaCount).toBe(1);
  });

  test("reads Node objects, because pods cannot reach the metadata service", () => {
    expect(values.node.metadataSources).toBe("kubernetes");
  });

  test.each(["controller", "node"] as const)("has resources and a priority: %s", (part) => {
    expect(values[part].priorityClassName).toMatch(/^system-/);
    expect(values[part].resources).toEqual({ requests: { cpu: "10m", memory: "40Mi" }, limits: { memory: "256Mi" } });
  });

  test.each([
    [{ deletionPolicy: "Delete" }, ["Delete"]],
    [{ deletionPolicy: "Retain" }, ["Retain"]],
    [{ enabled: false }, []],
  ])("snapshot classes with settings %j", (snapshots, policies) => {
    const { volumeSnapshotClasses } = driverValues(threeZones({ addons: { ebsCsiDriver: { snapshots } } }), identity);
    expect(volumeSnapshotClasses.map(({ deletionPolicy }) => deletionPolicy)).toEqual(policies);
  });

  test("has a snapshot controller on the control plane", () => {
    for (const part of Object.values(snapshotControllerValues({ members: 3 }))) {
      expect(part).toMatchObject({
        replicaCount: 2,
        priorityClassName: "system-cluster-critical",
        ...onControlPlane,
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
      });
    }
  });
});

describe("role", () => {
  const statements = ebsCsiDriverStatements(iamScope, keyArn);
  describePolicy(statements);

  test.each(["ec2:AttachVolume", "ec2:DetachVolume", "ec2:DeleteVolume", "ec2:ModifyVolume"])(
    "%s is limited to the driver's own volumes, which excludes etcd's",
    (action) => {
      const onVolumes = statements.filter(
        ({ Action, Resource }) => Action.includes(action) && Resource.some((arn) => arn.includes(":volume/")),
      );
      expect(onVolumes.map(({ Condition }) => Condition)).toEqual([
        { StringEquals: { "aws:ResourceTag/ebs.csi.aws.com/cluster-name": "blue" } },
      ]);
    },
  );

  const taggedOnCreation = { "aws:RequestTag/ebs.csi.aws.com/cluster-name": "blue" };
  test.each([
    ["CreateTaggedVolumes", taggedOnCreation],
    ["CreateTaggedSnapshots", taggedOnCreation],
    ["TagOnCreation", { "ec2:CreateAction": ["CopyVolumes", "CreateSnapshot", "CreateVolume"] }],
  ])("%s is limited by %j", (sid, condition) => {
    expect(statements.find(({ Sid }) => Sid === sid)?.Condition).toEqual({ StringEquals: condition });
  });

  test.each([
    ["a volume of its own", { "aws:ResourceTag/ebs.csi.aws.com/cluster-name": "blue" }, true],
    ["the clone, which it tags", { "aws:RequestTag/ebs.csi.aws.com/cluster-name": "blue" }, true],
    ["a volume without its tag, such as etcd's", {}, false],
  ])("clones %s: %j is %s", (_, context, allowed) => {
    const request = { action: "ec2:CopyVolumes", resource: iamScope.arn("ec2", "volume/vol-1"), context };
    expect(allows({ Version: "2012-10-17", Statement: statements }, request)).toBe(allowed);
  });

  test("uses the key only through EC2, and grants it only to AWS", () => {
    const onKey = statements.filter(({ Resource }) => Resource.includes(keyArn));
    expect(onKey.map(({ Sid }) => Sid)).toEqual(["UseDisksKey", "GrantDisksKeyToEbs"]);
    for (const { Condition } of onKey) {
      expect(Condition?.StringEquals).toEqual({ "kms:ViaService": "ec2.eu-central-1.amazonaws.com" });
    }
    expect(onKey[1]?.Condition?.Bool).toEqual({ "kms:GrantIsForAWSResource": "true" });
  });
});
