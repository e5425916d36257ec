import { readFileSync } from "node:fs";
import { join } from "node:path";

import { AutoScalingClient } from "@aws-sdk/client-auto-scaling";
import { EC2Client } from "@aws-sdk/client-ec2";
import { SSMClient } from "@aws-sdk/client-ssm";
import { parse } from "yaml";

import { imageGroups } from "../../components/machines/images.plan";
import { formatPath } from "../../components/settings/problems";
import { fetchImageFacts } from "../../operations/images/fetchFacts";
import { imageStatus, planUpdate } from "../../operations/images/imageStatus";
import type { Image, ImageFacts } from "../../operations/images/imageStatus";
import { setPins } from "../../operations/images/pins";
import { formatImages, formatUpdate } from "../../operations/images/report";
import { threeZones } from "../machineSupport";
import { FakeAwsApi } from "./fakeAwsApi";

const now = new Date("2026-11-29T12:00:00Z");
const image = (id: string, name: string, created: string): Image => ({ id, name, created: new Date(created) });
const old = image("ami-00000000000000001", "al2023-ami-2023.9.20260730.0-x86_64", "2026-08-01T08:00:00Z");
const newest = image("ami-00000000000000002", "al2023-ami-2023.12.20261120.0-x86_64", "2026-11-20T08:00:00Z");
const newestArm = image("ami-00000000000000003", "al2023-ami-2023.12.20261120.0-arm64", "2026-11-20T08:00:00Z");
const own = "ami-00000000000000009";

const amd64 = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
const arm64 = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";
const groups = imageGroups(
  threeZones({
    nodes: { imagePins: { "worker-general": newest.id } },
    workers: { general: {}, arm: { instanceTypes: ["m7g.large"] }, own: { image: own } },
  }),
);
const facts: ImageFacts = {
  templates: new Map([
    ["control-plane", [old.id, old.id, old.id]],
    ["worker-general", [newest.id]],
    ["worker-own", [own]],
  ]),
  machines: new Map([
    ["control-plane", [old.id, old.id, old.id]],
    ["worker-general", [old.id, newest.id, newest.id]],
    ["worker-own", [own]],
  ]),
  newest: new Map([
    [amd64, newest.id],
    [arm64, newestArm.id],
  ]),
  images: new Map([old, newest, newestArm].map((one) => [one.id, one])),
};
const statuses = imageStatus(groups, facts, { now });
const settingOf = (name: string): string => formatPath(groups.find((group) => group.name === name)?.path ?? []);

describe("status", () => {
  test("shows the image in use, its age, the newest one, and the progress of a rollout", () => {
    expect(formatImages("blue", statuses, now)).toEqual([
      "Group           Machines  Image                  Created     Age    Newest                 Created     Remarks",
      "control-plane   3         ami-00000000000000001  2026-08-01  120 d  ami-00000000000000002  2026-11-20  not pinned",
      "worker-general  2 of 3    ami-00000000000000002  2026-11-20  9 d    ami-00000000000000002  2026-11-20  pinned; rollout not finished",
      "worker-arm      0         not deployed           -           -      ami-00000000000000003  2026-11-20  not pinned",
      "worker-own      1         ami-00000000000000009  unknown     -      -                      -           AMI id in the settings; the image in use was deregistered or is not visible",
      "",
      "Newer images exist for control-plane. pulumi up keeps the current ones until you pin the new ones:",
      "  npx holdfast images blue --update control-plane",
    ]);
  });

  test("shows a pin that is not deployed, and a parameter that does not exist", () => {
    const changed = { ...facts, templates: new Map([["worker-general", [old.id]]]), newest: new Map<string, string>() };
    const general = formatImages("blue", imageStatus(groups, changed, { now }), now).find((row) =>
      row.startsWith("worker-general"),
    );
    expect(general).toContain(`settings have ${newest.id}: run pulumi up`);
    expect(general).toContain(`no SSM parameter ${amd64}`);
  });
});

describe("age", () => {
  const deprecatedAt = (time: string): ImageFacts => ({
    ...facts,
    images: new Map([[old.id, { ...old, deprecated: new Date(time) }]]),
  });

  test.each<[string, ImageFacts, number | undefined, string | undefined]>([
    ["the accepted number of days", facts, 120, undefined],
    ["any number of days without a limit", facts, undefined, undefined],
    ["more days than accepted", facts, 119, "120 days old, more than nodes.maxImageAgeDays (119)"],
    ["a date of deprecation in the future", deprecatedAt("2026-11-30T00:00:00Z"), undefined, undefined],
    [
      "a date of deprecation in the past",
      deprecatedAt("2026-11-29T11:59:00Z"),
      119,
      "deprecated by its publisher since 2026-11-29",
    ],
  ])("%s", (_title, found, maxDays, warning) => {
    const [controlPlane] = imageStatus(groups, found, { now, maxDays });
    expect(controlPlane).toMatchObject({ group: "control-plane", ageDays: 120, warning });
    const [, row] = formatImages("blue", controlPlane ? [controlPlane] : [], now);
    expect(row?.includes("; ")).toBe(warning !== undefined);
    if (warning !== undefined) expect(row).toContain(warning);
  });

  test("is unknown for an image that is not visible", () => {
    expect(statuses.find(({ group }) => group === "worker-own")).not.toHaveProperty("ageDays");
  });
});

describe("update", () => {
  test("pins the newest image of every group that has another one", () => {
    const images = planUpdate(statuses, [], settingOf);
    expect([...images]).toEqual([
      ["control-plane", newest],
      ["worker-arm", newestArm],
    ]);
    expect(formatUpdate("blue", statuses, images).slice(0, 4)).toEqual([
      `control-plane  ${old.id} → ${newest.id}  ${newest.name}, created 2026-11-20`,
      `worker-arm     not deployed → ${newestArm.id}           ${newestArm.name}, created 2026-11-20`,
      "",
      "Wrote nodes.imagePins to stacks/Pulumi.blue.yaml. The cluster is unchanged so far.",
    ]);
  });

  test("pins only the groups that were named", () => {
    expect([...planUpdate(statuses, ["worker-arm"], settingOf).keys()]).toEqual(["worker-arm"]);
    const none = planUpdate(statuses, ["worker-general"], settingOf);
    expect(formatUpdate("blue", statuses, none)).toEqual(["The settings already select the newest images."]);
  });

  test.each<[string, Partial<ImageFacts>, string]>([
    [
      "worker-own",
      {},
      "worker-own: cluster.workers.own.image is an AMI id, so no newest image is known; change the id there",
    ],
    [
      "worker-arm",
      { newest: new Map() },
      `worker-arm: SSM parameter ${arm64} does not exist; change cluster.nodes.images.arm64`,
    ],
    [
      "worker-arm",
      { images: new Map() },
      `worker-arm: SSM parameter ${arm64} holds ${newestArm.id}, which is not an image that this account can use`,
    ],
  ])("of %s is refused: %j", (name, change, message) => {
    expect(() => planUpdate(imageStatus(groups, { ...facts, ...change }, { now }), [name], settingOf)).toThrow(message);
  });
});

describe("pins in a stack file", () => {
  const text = readFileSync(join(__dirname, "../../stacks/Pulumi.prod.yaml"), "utf8");
  const pins = new Map([
    ["etcd", newest],
    ["worker-arm", newestArm],
  ]);
  const pinsIn = (written: string): unknown =>
    (parse(written) as { config: Record<string, { nodes: { imagePins: unknown } }> }).config["holdfast:cluster"]?.nodes
      .imagePins;
  const linesOf = (written: string): readonly string[] => written.split("\n").map((line) => line.trim());

  test("are added with the name and the date of the image, and nothing else changes", () => {
    const written = setPins(text, pins);
    expect(pinsIn(written)).toEqual({ etcd: newest.id, "worker-arm": newestArm.id });
    const before = linesOf(text);
    expect(linesOf(written).filter((line) => !before.includes(line))).toEqual([
      "nodes:",
      "imagePins:",
      `etcd: ${newest.id} # ${newest.name}, created 2026-11-20`,
      `worker-arm: ${newestArm.id} # ${newestArm.name}, created 2026-11-20`,
    ]);
    expect(before.filter((line) => !linesOf(written).includes(line))).toEqual([]);
  });

  test("replace earlier pins with their comments, keep comments of people, and keep other pins", () => {
    const first = setPins(text, new Map([...pins, ["control-plane", old]]));
    const byPerson = first
      .replace(`# ${newest.name}, created 2026-11-20`, "# approved by security")
      .replace("imagePins:", "imagePins:\n        # Canary before the members.");
    const written = setPins(
      byPerson,
      new Map([
        ["etcd", old],
        ["worker-arm", old],
      ]),
    );
    expect(written).toBe(
      byPerson
        .replace(`etcd: ${newest.id}`, `etcd: ${old.id}`)
        .replace(
          `${newestArm.id} # ${newestArm.name}, created 2026-11-20`,
          `${old.id} # ${old.name}, created 2026-08-01`,
        ),
    );
  });

  test("of unknown groups are refused", () => {
    expect(() => setPins(text, new Map([["worker-none", newest]]))).toThrow("no such group of machines");
  });
});

const tags = (values: Readonly<Record<string, string>>, element: string, key: string, value: string): string =>
  Object.entries(values)
    .map(([name, content]) => `<${element}><${key}>${name}</${key}><${value}>${content}</${value}></${element}>`)
    .join("");

describe("requests", () => {
  const ofPool = { "holdfast:cluster": "blue", "holdfast:role": "worker", "holdfast:pool": "general" };
  const fake = new FakeAwsApi({
    DescribeAutoScalingGroups: `<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups>
      <member><AutoScalingGroupName>blue-control-plane-a</AutoScalingGroupName>
      <LaunchTemplate><LaunchTemplateId>lt-1</LaunchTemplateId><Version>3</Version></LaunchTemplate>
      <Tags>${tags({ "holdfast:role": "control-plane" }, "member", "Key", "Value")}</Tags></member>
      <member><AutoScalingGroupName>blue-worker-general</AutoScalingGroupName>
      <MixedInstancesPolicy><LaunchTemplate><LaunchTemplateSpecification>
      <LaunchTemplateId>lt-2</LaunchTemplateId><Version>4</Version></LaunchTemplateSpecification></LaunchTemplate></MixedInstancesPolicy>
      <Tags>${tags(ofPool, "member", "Key", "Value")}</Tags></member>
      </AutoScalingGroups></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>`,
    DescribeLaunchTemplateVersions: `<DescribeLaunchTemplateVersionsResponse><launchTemplateVersionSet><item>
      <launchTemplateData><imageId>${old.id}</imageId></launchTemplateData></item></launchTemplateVersionSet></DescribeLaunchTemplateVersionsResponse>`,
    DescribeInstances: `<DescribeInstancesResponse><reservationSet><item><instancesSet><item><imageId>${own}</imageId>
      <tagSet>${tags(ofPool, "item", "key", "value")}</tagSet></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`,
    DescribeImages: `<DescribeImagesResponse><imagesSet><item><imageId>${old.id}</imageId><name>${old.name}</name>
      <creationDate>2026-08-01T08:00:00.000Z</creationDate><deprecationTime>2026-10-30T08:00:00.000Z</deprecationTime></item></imagesSet></DescribeImagesResponse>`,
    GetParameters: JSON.stringify({
      Parameters: [
        { Name: amd64, Value: newest.id },
        { Name: "/images/node", Selector: ":3", Value: newestArm.id },
      ],
    }),
  });
  afterAll(() => fake.stop());

  test("read the launch templates, machines, parameters and images", async () => {
    const settings = {
      region: "eu-central-1",
      endpoint: await fake.start(),
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    };
    const clients = {
      autoScaling: new AutoScalingClient(settings),
      ec2: new EC2Client(settings),
      ssm: new SSMClient(settings),
    };
    const found = await fetchImageFacts("blue", groups, clients);
    expect(found).toEqual({
      templates: new Map([
        ["control-plane", [old.id]],
        ["worker-general", [old.id]],
      ]),
      machines: new Map([["worker-general", [own]]]),
      newest: new Map([
        [amd64, newest.id],
        ["/images/node:3", newestArm.id],
      ]),
      images: new Map([[old.id, { ...old, deprecated: new Date("2026-10-30T08:00:00Z") }]]),
    });
    expect(fake.actions.filter((action) => !/^(Describe|Get)/.test(action))).toEqual([]);
    const versions = fake.bodies.filter((body) => body.includes("Action=DescribeLaunchTemplateVersions"));
    expect(versions.map((body) => new URLSearchParams(body).get("LaunchTemplateVersion.1")).sort()).toEqual(["3", "4"]);
    const images = fake.bodies.find((body) => body.includes("Action=DescribeImages")) ?? "";
    // Without it, EC2 leaves out deprecated images of other accounts, such as older ones of Amazon.
    expect(new URLSearchParams(images).get("IncludeDeprecated")).toBe("true");
    expect(images).toContain(newest.id);
  });
});
