import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";

import type { ClusterSpec } from "../../../components/clusterSpec";
import { Etcd } from "../../../components/etcd/etcd";
import { memberRecordTtl, placeholderAddress } from "../../../components/etcd/members.plan";
import { cached, instanceArgs, readUserData, threeZones } from "../../machineSupport";
import { account, deploy, region } from "../../mocks";

const deployEtcd = cached((spec: ClusterSpec) =>
  deploy(() => {
    const etcd = new Etcd("blue-etcd", {
      ...instanceArgs(spec),
      securityGroupIds: ["sg-etcd"],
      hostedZoneId: "Z1",
      accessLogsBucket: "logs",
      alarmTopicArn: "arn:topic",
      retainedVolumes: [],
    });
    return { access: etcd.identity.access.get("b") };
  }),
);

const external = { etcd: { topology: "external", members: 3, instanceType: "m7i.large", volume: { sizeGiB: 40 } } };

test.each([
  ["stacked", {}],
  ["external", external],
])("%s members have one encrypted data volume each, in their zone", async (_topology, settings) => {
  const spec = threeZones(settings);
  const { get, ofType } = await deployEtcd(spec);
  expect(Object.keys(ofType("aws:ebs/volume:Volume"))).toEqual(
    ["a", "b", "c"].map((letter) => `blue-etcd-volume-${letter}`),
  );
  expect(get("blue-etcd-volume-b").inputs).toMatchObject({
    availabilityZone: "eu-central-1b",
    size: spec.etcd.volume.sizeGiB,
    encrypted: true,
    tags: { "holdfast:member": "b", "holdfast:role": "etcd" },
  });
});

test.each([true, false])("protect: %s keeps volumes and backups, or deletes them with the stack", async (protect) => {
  const { get } = await deployEtcd(threeZones({ protect }));
  const options = { protect, retainOnDelete: protect };
  expect(get("blue-etcd-volume-a").options).toMatchObject(options);
  expect(get("blue-etcd-backups-key", "Key").options).toMatchObject(options);
  expect(get("blue-etcd-backups-files", "Bucket")).toMatchObject({ inputs: { forceDestroy: !protect }, options });
});

test.each([
  ["stacked", {}],
  ["external", external],
])("%s members have a DNS record each, and an update never writes the placeholder", async (_topology, settings) => {
  const { get, ofType } = await deployEtcd(threeZones(settings));
  expect(Object.keys(ofType("aws:route53/record:Record"))).toEqual(
    ["a", "b", "c"].map((letter) => `blue-etcd-record-${letter}`),
  );
  const { inputs, options } = get("blue-etcd-record-b");
  expect(inputs).toEqual({
    zoneId: "Z1",
    name: "etcd-b.blue.example.internal",
    type: "A",
    ttl: 10,
    records: [placeholderAddress],
  });
  // Every property whose change would be an update; the others replace the record.
  expect(options.ignoreChanges).toEqual(["records", "ttl"]);
});

test("a machine writes its record with the same TTL", () => {
  const script = readFileSync(join(__dirname, "../../../components/node/files/steps/etcd-dns"), "utf8");
  expect(script).toContain(`<Type>A</Type><TTL>${memberRecordTtl}</TTL>`);
});

test("a connection to a member that has never booted fails at once", async () => {
  const started = performance.now();
  const socket = connect({ host: placeholderAddress, port: 2380 });
  const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
  expect(error).toMatchObject({ code: "ENETUNREACH" });
  expect(performance.now() - started).toBeLessThan(1000);
});

test("a member's policy facts are complete", async () => {
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

test("stacked etcd has no instances and no instance roles", async () => {
  const { ofType } = await deployEtcd(threeZones());
  expect(ofType("aws:autoscaling/group:Group")).toEqual({});
  expect(ofType("aws:iam/role:Role")).toEqual({});
});

describe("external etcd", () => {
  test("each member is a group of one instance in its zone, behind no load balancer", async () => {
    const { get, ofType } = await deployEtcd(threeZones(external));
    expect(Object.values(ofType("aws:autoscaling/group:Group")).map(({ inputs }) => inputs["name"])).toEqual([
      "blue-etcd-a",
      "blue-etcd-b",
      "blue-etcd-c",
    ]);
    expect(get("blue-etcd-c-group").inputs).toMatchObject({
      maxSize: 1,
      vpcZoneIdentifiers: ["subnet-c"],
      targetGroupArns: [],
    });
  });

  test("user data identifies the member", async () => {
    const { get } = await deployEtcd(threeZones(external));
    const { inputs } = get("blue-etcd-b-template");
    expect(readUserData(inputs["userData"]).node).toEqual({
      cluster: "blue",
      region,
      role: "etcd",
      group: "blue-etcd-b",
      member: { name: "b", volumeId: "blue-etcd-volume-b-id" },
      hostedZoneId: "Z1",
      backupsBucket: "blue-etcd-backups-files-id",
    });
    expect(inputs).toMatchObject({ instanceType: "m7i.large", networkInterfaces: [{ securityGroups: ["sg-etcd"] }] });
  });

  test("a member's role reaches its own volume, DNS name and backups only", async () => {
    const { get } = await deployEtcd(threeZones(external));
    const policy = get("blue-etcd-b-machine-policy").inputs["policy"] as string;
    for (const own of ["volume/blue-etcd-volume-b-id", "etcd-b.blue", "blue/backups/*-b.db.gz", "pki/etcd/*"])
      expect(policy).toContain(own);
    for (const other of ["volume-a-id", "etcd-a.blue", "-a.db.gz", "/join/kubeconfig"])
      expect(policy).not.toContain(other);
  });

  test("instances boot after the restore order and the DNS records of all members", async () => {
    const { get } = await deployEtcd(threeZones(external));
    expect(get("blue-etcd-a-group").options.dependsOn).toEqual(
      expect.arrayContaining(["blue-etcd-restore", ...["a", "b", "c"].map((letter) => `blue-etcd-record-${letter}`)]),
    );
  });

  test("a restore changes the order and the members' policies, and replaces no instance", async () => {
    const restore = { generation: 2, snapshot: "blue/backups/daily/20261121T000003Z-g1-r12345-a.db.gz" };
    const before = await deployEtcd(threeZones(external));
    const after = await deployEtcd(threeZones({ etcd: { ...external.etcd, restore } }));
    const changed = after.resources.filter(
      ({ name, type, inputs }) =>
        JSON.stringify(before.get(name, type.split(":")[2]).inputs) !== JSON.stringify(inputs),
    );
    expect(changed.map(({ name }) => name).sort()).toEqual([
      "blue-etcd-a-machine-policy",
      "blue-etcd-b-machine-policy",
      "blue-etcd-c-machine-policy",
      "blue-etcd-restore",
    ]);
    expect(JSON.parse(after.get("blue-etcd-restore").inputs["insecureValue"] as string)).toEqual(restore);
    expect(after.get("blue-etcd-c-machine-policy").inputs["policy"]).toContain(`/${restore.snapshot}"`);
  });
});
