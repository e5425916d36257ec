import type { ImageStatus } from "../../operations/images/imageStatus";
import { checkImages } from "../../operations/validate/checkImages";

const image = (group: string, more: Partial<ImageStatus>): ImageStatus => ({
  group,
  source: "pin",
  inUse: `ami-${group}`,
  machines: 1,
  upToDate: 1,
  ...more,
});

const warning = "40 days old, more than nodes.maxImageAgeDays (30)";

it.each<[string, readonly ImageStatus[], readonly string[]]>([
  ["no image in use", [image("etcd", { inUse: undefined })], ["ok images: ages unknown"]],
  [
    "images of accepted age",
    [image("control-plane", { ageDays: 9 }), image("worker-general", { ageDays: 12 })],
    ["ok images: oldest in use is 12 days old"],
  ],
  [
    "an old image",
    [image("control-plane", { ageDays: 9 }), image("worker-general", { ageDays: 40, warning })],
    ["ok images: oldest in use is 40 days old", `warning worker-general: ami-worker-general is ${warning}`],
  ],
])("%s", (_title, value, expected) => {
  const checks = checkImages({ images: { known: true, value } });
  expect(checks.map(({ verdict, subject, message }) => `${verdict} ${subject}: ${message}`)).toEqual(expected);
});
