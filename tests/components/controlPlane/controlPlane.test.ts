import { ComponentResource } from "@pulumi/pulumi";

import type { ClusterSpec } from "../../../components/clusterSpec";
import { createControlPlaneAlarms } from "../../../components/controlPlane/alarms";
import { ControlPlane } from "../../../components/controlPlane/controlPlane";
import { Etcd } from "../../../components/etcd/etcd";
import { cached, instanceArgs, readUserData, threeZones } from "../../machineSupport";
import { deploy } from "../../mocks";

const deployControlPlane = cached((spec: ClusterSpec) =>
  deploy(() => {
    const args = instanceArgs(spec);
    const etcd = new Etcd("blue-etcd", {
      ...args,
      securityGroupIds: ["sg-etcd"],
      hostedZoneId: "Z1",
      accessLogsBucket: "logs",
      alarmTopicArn: "arn:topic",
      retainedVolumes: [],
    });
    new ControlPlane("blue-control-plane", {
      ...args,
      securityGroupIds: ["sg-control-plane"],
      targetGroupArns: ["arn:targets:internal", "arn:targets:public"],
      etcd,
      serviceAccountIssuer: "https://issuer.example",
    });
  }),
);

const external = { etcd: { topology: "external", members: 3, instanceType: "m7i.large" } };

test("each member is a group of one instance in its zone, behind the API's load balancers", async () => {
  const { get } = await deployControlPlane(threeZones());
  expect(get("blue-control-plane-b-group").inputs).toMatchObject({
    name: "blue-control-plane-b",
    minSize: 1,
    maxSize: 1,
    vpcZoneIdentifiers: ["subnet-b"],
    targetGroupArns: ["arn:targets:internal", "arn:targets:public"],
  });
});

const etcdRecords = ["a", "b", "c"].map((letter) => `blue-etcd-record-${letter}`);

test("all members boot at the same time: no group depends on another", async () => {
  const { ofType } = await deployControlPlane(threeZones());
  for (const { name, options } of Object.values(ofType("aws:autoscaling/group:Group"))) {
    const configuration = name.replace(/group$/, "configuration");
    expect([name, options.dependsOn]).toEqual([
      name,
      ["routes", ...etcdRecords, "blue-etcd-restore", "blue-bundle", configuration],
    ]);
  }
});

test("before its group, a member's parameter has the configuration in the user data", async () => {
  const { get } = await deployControlPlane(threeZones());
  const { inputs } = get("blue-control-plane-b-configuration");
  expect(inputs["name"]).toBe("/holdfast/blue/control-plane/b");
  const { template, node, bundle } = JSON.parse(inputs["insecureValue"] as string) as {
    template: string;
    node: object;
    bundle: { bucket: string; key: string; sha256: string };
  };
  expect(template).toBe((get("blue-control-plane-b-group").inputs["launchTemplate"] as { version: string }).version);
  const userData = readUserData(get("blue-control-plane-b-template").inputs["userData"]);
  expect(node).toEqual(userData.node);
  expect(userData.text).toContain(`BUNDLE_BUCKET='${bundle.bucket}'`);
  expect(userData.text).toContain(`BUNDLE_KEY='${bundle.key}'`);
  expect(userData.text).toContain(`BUNDLE_SHA256='${bundle.sha256}'`);
});

test("the topic is notified when the API server refuses a configuration", async () => {
  const { ofType } = await deploy(() => {
    const spec = threeZones();
    createControlPlaneAlarms(
      "blue",
      { spec, topicArn: "arn:topic" },
      new ComponentResource("test:test:Test", "parent"),
    );
  });
  expect(Object.values(ofType("aws:cloudwatch/metricAlarm:MetricAlarm")).map(({ inputs }) => inputs)).toEqual([
    expect.objectContaining({
      name: "blue-control-plane-configuration-refused",
      metricName: "ApiServerConfigRefused",
      dimensions: { Cluster: "blue" },
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      alarmActions: ["arn:topic"],
    }),
  ]);
});

test("a termination hook is deleted with its group: on its own, it would release the machine before its member has left", async () => {
  const { get } = await deployControlPlane(threeZones());
  expect(get("blue-control-plane-a-depart").options.deletedWith).toBe("blue-control-plane-a-group");
});

test("with external etcd, members boot after the names of etcd's members exist", async () => {
  const { get } = await deployControlPlane(threeZones(external));
  expect(get("blue-control-plane-a-group").options.dependsOn).toEqual([
    "routes",
    ...etcdRecords,
    "blue-bundle",
    "blue-control-plane-a-configuration",
  ]);
});

test("with stacked etcd, an instance takes over its etcd member, and its role reaches no other member", async () => {
  const { get } = await deployControlPlane(threeZones());
  const template = get("blue-control-plane-c-template").inputs;
  expect(readUserData(template["userData"]).node).toMatchObject({
    group: "blue-control-plane-c",
    member: { name: "c", volumeId: "blue-etcd-volume-c-id" },
    hostedZoneId: "Z1",
    backupsBucket: "blue-etcd-backups-files-id",
    serviceAccountIssuer: "https://issuer.example",
  });
  const policy = get("blue-control-plane-c-machine-policy").inputs["policy"];
  expect(policy).toContain("volume/blue-etcd-volume-c-id");
  expect(policy).not.toContain("volume/blue-etcd-volume-a-id");
  expect(JSON.stringify(template["iamInstanceProfile"])).toContain("blue-control-plane-c-machine-profile");
});

test("with external etcd, an instance has no etcd member and no permission for one", async () => {
  const { get } = await deployControlPlane(threeZones(external));
  const { node } = readUserData(get("blue-control-plane-c-template").inputs["userData"]);
  expect(node.member).toEqual({ name: "c" });
  expect(node).not.toHaveProperty("hostedZoneId");
  expect(node).not.toHaveProperty("backupsBucket");
  const policy = get("blue-control-plane-machine-policy").inputs["policy"] as string;
  expect(policy).not.toMatch(/ec2:AttachVolume|route53:|blue-etcd-backups/);
});

test.each([
  ["stacked", {}, "control-plane"],
  ["external", external, "etcd"],
])("the restore order of %s etcd keeps its name and depends on the members' roles", async (_, settings, role) => {
  const { get, ofType } = await deployControlPlane(threeZones(settings));
  const configurations = ["a", "b", "c"].map((letter) => `blue-control-plane-${letter}-configuration`);
  expect(Object.keys(ofType("aws:ssm/parameter:Parameter")).sort()).toEqual([...configurations, "blue-etcd-restore"]);
  expect(get("blue-etcd-restore")).toMatchObject({
    parent: "blue-etcd",
    inputs: { name: "/holdfast/blue/etcd/restore", insecureValue: '{"generation":1}' },
    options: { dependsOn: ["a", "b", "c"].map((letter) => `blue-${role}-${letter}-machine`) },
  });
});

describe("migration of etcd", () => {
  const migrating = { etcd: { ...external.etcd, migrateFrom: "stacked" } };
  const inputsOf = ({ inputs }: { readonly inputs: object }): string => JSON.stringify(inputs);

  test("machines that still run members keep their roles, and the next machines have none of their permissions", async () => {
    const [before, after] = [await deployControlPlane(threeZones()), await deployControlPlane(threeZones(migrating))];
    for (const letter of ["a", "b", "c"]) {
      const role = `blue-control-plane-${letter}-machine`;
      for (const name of [`${role}-policy`, `${role}-profile`, `${role}-cloud-controller`])
        expect(inputsOf(after.get(name))).toBe(inputsOf(before.get(name)));
      const template = after.get(`blue-control-plane-${letter}-template`).inputs;
      expect(JSON.stringify(template["iamInstanceProfile"])).toContain("blue-control-plane-machine-profile");
    }
  });

  test("volumes, names and the restore order of the members stay the same", async () => {
    const [before, after] = [await deployControlPlane(threeZones()), await deployControlPlane(threeZones(migrating))];
    for (const name of ["blue-etcd-volume-b", "blue-etcd-record-b", "blue-etcd-restore"])
      expect(inputsOf(after.get(name))).toBe(inputsOf(before.get(name)));
  });

  test("a control-plane machine is replaced only after the etcd machine that takes over its member was started", async () => {
    const { get } = await deployControlPlane(threeZones(migrating));
    expect(get("blue-control-plane-a-group").options.dependsOn).toEqual(
      expect.arrayContaining(["a", "b", "c"].map((letter) => `blue-etcd-${letter}-group`)),
    );
  });

  test("the etcd machines are protected from the way back until it ends", async () => {
    const [during, after] = [
      await deployControlPlane(threeZones(migrating)),
      await deployControlPlane(threeZones(external)),
    ];
    const isProtected = ({ get }: typeof during) => get("blue-etcd-b-group").options.protect;
    expect([isProtected(during), isProtected(after)]).toEqual([true, false]);
  });

  test("its end deletes only the former roles, and changes no group", async () => {
    const before = await deployControlPlane(threeZones(migrating));
    const after = await deployControlPlane(threeZones(external));
    const names = ({ resources }: typeof before) =>
      resources.filter(({ type }) => type.startsWith("aws:")).map(({ name }) => name);
    const deleted = names(before).filter((name) => !names(after).includes(name));
    expect(deleted.filter((name) => !/^blue-control-plane-[abc]-machine/.test(name))).toEqual([]);
    expect(names(after).filter((name) => !names(before).includes(name))).toEqual([]);
    for (const { name, type, inputs } of after.resources)
      expect(before.get(name, type.split(":")[2]).inputs).toEqual(inputs);
  });
});

test("an instance profile depends on all policies of its role", async () => {
  const { get } = await deployControlPlane(threeZones(external));
  expect(get("blue-control-plane-machine-profile").options.dependsOn).toEqual([
    "blue-control-plane-machine-policy",
    "blue-control-plane-machine-cloud-controller",
  ]);
});

test("growing from three to five members does not change the first three", async () => {
  const three = await deployControlPlane(threeZones(external));
  const five = await deployControlPlane(threeZones({ ...external, controlPlane: { members: 5 } }));
  const group = (deployment: typeof three, letter: string) => deployment.get(`blue-control-plane-${letter}-group`);
  for (const letter of ["a", "b", "c"]) expect(group(five, letter)).toEqual(group(three, letter));
  expect(group(five, "e").inputs).toMatchObject({ vpcZoneIdentifiers: ["subnet-b"] });
});
