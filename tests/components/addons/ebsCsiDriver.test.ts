import {
  ebsStatements,
  ebsValues,
  snapshotValues,
  storageClass,
} from "../../../components/addons/ebsCsiDriver/values.plan";
import type { EbsCsiSpec } from "../../../components/addons/controllersSpec";
import { threeZones } from "../../machineSupport";
import { describePolicy, identity, reach } from "./reach";

const keyArn = "arn:aws:kms:eu-central-1:123456789012:key/disks";
const { ebsCsi } = threeZones().platform;

const withSnapshots = (snapshots: EbsCsiSpec["snapshots"]): EbsCsiSpec => ({ ...ebsCsi, snapshots });
const changed = (settings: Partial<EbsCsiSpec["storageClass"]>): EbsCsiSpec => ({
  ...ebsCsi,
  storageClass: { ...ebsCsi.storageClass, ...settings },
});

describe("the class of volumes", () => {
  test("is the default one: gp3, encrypted under the cluster's key, in the zone of the first pod, growable", () => {
    expect(storageClass(ebsCsi, keyArn)).toEqual({
      metadata: { name: "encrypted", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "ebs.csi.aws.com",
      parameters: {
        type: "gp3",
        encrypted: "true",
        kmsKeyId: keyArn,
        iops: "3000",
        throughput: "125",
        "csi.storage.k8s.io/fstype": "ext4",
      },
      reclaimPolicy: "Delete",
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    });
  });

  test.each([
    [{ name: "fast" }, { metadata: expect.objectContaining({ name: "fast" }) as object }],
    [{ reclaimPolicy: "Retain" }, { reclaimPolicy: "Retain" }],
    [
      { iops: 6000, throughputMiBps: 500 },
      { parameters: expect.objectContaining({ iops: "6000", throughput: "500" }) as object },
    ],
    [{ fileSystem: "xfs" }, { parameters: expect.objectContaining({ "csi.storage.k8s.io/fstype": "xfs" }) as object }],
    [
      { isDefault: false },
      {
        metadata: expect.objectContaining({
          annotations: { "storageclass.kubernetes.io/is-default-class": "false" },
        }) as object,
      },
    ],
  ] as const)("follows its settings: %j", (settings, expected) => {
    expect(storageClass(changed(settings), keyArn)).toMatchObject(expected);
  });
});

describe("the driver", () => {
  const cluster = { name: "blue", tags: { owner: "platform" }, controlPlane: { members: 3 } };
  const values = ebsValues(cluster, ebsCsi, identity);

  test("tags what it makes with the cluster's name, for IAM and for whoever looks for leftovers", () => {
    expect(values.controller).toMatchObject({
      k8sTagClusterId: "blue",
      extraVolumeTags: { owner: "platform", "holdfast:cluster": "blue" },
    });
  });

  test("takes its role by a token, on the control plane, twice where that has two machines", () => {
    expect(values.controller).toMatchObject({
      replicaCount: 2,
      env: identity.env,
      volumes: identity.volumes,
      volumeMounts: identity.volumeMounts,
      nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
    });
    const alone = ebsValues({ ...cluster, controlPlane: { members: 1 } }, ebsCsi, identity);
    expect(alone.controller.replicaCount).toBe(1);
  });

  test("reads nodes off the API, for pods do not reach the metadata service", () => {
    expect(values.node.metadataSources).toBe("kubernetes");
  });

  test.each(["controller", "node"] as const)("asks for resources and a priority: %s", (part) => {
    expect(values[part].priorityClassName).toMatch(/^system-/);
    expect(values[part].resources).toEqual({ requests: { cpu: "10m", memory: "40Mi" }, limits: { memory: "256Mi" } });
  });

  test("has a default class for snapshots, which keeps or deletes as the settings say", () => {
    for (const deletionPolicy of ["Delete", "Retain"] as const) {
      const { volumeSnapshotClasses } = ebsValues(cluster, withSnapshots({ enabled: true, deletionPolicy }), identity);
      expect(volumeSnapshotClasses).toEqual([
        { name: "ebs", deletionPolicy, annotations: { "snapshot.storage.kubernetes.io/is-default-class": "true" } },
      ]);
    }
    const none = ebsValues(cluster, withSnapshots({ enabled: false, deletionPolicy: "Delete" }), identity);
    expect(none.volumeSnapshotClasses).toEqual([]);
  });

  test("has a controller of snapshots beside it, on the control plane", () => {
    for (const part of Object.values(snapshotValues({ members: 3 }))) {
      expect(part).toMatchObject({
        replicaCount: 2,
        priorityClassName: "system-cluster-critical",
        nodeSelector: { "node-role.kubernetes.io/control-plane": "" },
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "128Mi" } },
      });
    }
  });
});

describe("its role", () => {
  const statements = ebsStatements(reach, keyArn);
  describePolicy(statements);

  test.each(["ec2:AttachVolume", "ec2:DetachVolume", "ec2:DeleteVolume", "ec2:ModifyVolume"])(
    "%s reaches no volume that the driver has not made: etcd's among them",
    (action) => {
      const onVolumes = statements.filter(
        ({ Action, Resource }) => Action.includes(action) && Resource.some((arn) => arn.includes(":volume/")),
      );
      expect(onVolumes.map(({ Condition }) => Condition)).toEqual([
        { StringEquals: { "aws:ResourceTag/ebs.csi.aws.com/cluster-name": "blue" } },
      ]);
    },
  );

  test("makes volumes and snapshots only under the cluster's tag, and tags only what is being made", () => {
    const conditionOf = (sid: string) => statements.find(({ Sid }) => Sid === sid)?.Condition;
    const wanted = { StringEquals: { "aws:RequestTag/ebs.csi.aws.com/cluster-name": "blue" } };
    expect(conditionOf("MakeTaggedVolumes")).toEqual(wanted);
    expect(conditionOf("MakeTaggedSnapshots")).toEqual(wanted);
    expect(conditionOf("TagWhatIsBeingMade")).toEqual({
      StringEquals: { "ec2:CreateAction": ["CreateSnapshot", "CreateVolume"] },
    });
  });

  test("uses the key through EC2 alone, and lets nobody but AWS decrypt", () => {
    const onKey = statements.filter(({ Resource }) => Resource.includes(keyArn));
    expect(onKey.map(({ Sid }) => Sid)).toEqual(["UseDisksKey", "LetEbsDecryptVolumes"]);
    for (const { Condition } of onKey) {
      expect(Condition?.["StringEquals"]).toEqual({ "kms:ViaService": "ec2.eu-central-1.amazonaws.com" });
    }
    expect(onKey[1]?.Condition?.["Bool"]).toEqual({ "kms:GrantIsForAWSResource": "true" });
  });
});
