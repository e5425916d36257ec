/** `holdfast settings explain`. */
import { explainSetting, formatExplanation } from "../../operations/settings/explain";
import { settingRows, settingsReference } from "../../stacks/settingsReference";

const pathsOf = (path: string): readonly string[] => {
  const found = explainSetting(path);
  return "suggestion" in found ? [] : found.settings.map((row) => row.path);
};

test("every setting of the reference can be explained, and its text has its description", () => {
  const rows = settingRows();
  expect(rows.length).toBeGreaterThan(250);
  for (const { path, description } of rows) {
    const found = explainSetting(path);
    if ("suggestion" in found) throw new Error(found.suggestion);
    expect(found.settings.map((row) => row.path)).toContain(path);
    expect(formatExplanation(found).join("\n")).toContain(description.replace(/`|\*\*/g, ""));
  }
  const listed = settingsReference().match(/^\| `.*$/gm) ?? [];
  expect(rows).toHaveLength(listed.length);
});

test.each<[path: string, ...expected: string[]]>([
  ["aws:region", "aws:region"],
  ["kubernetesVersion", "kubernetesVersion"],
  ["cluster.workers.general.max", "workers.<pool>.max"],
  ["holdfast:cluster.workers.general.max", "workers.<pool>.max"],
  ["workers.general.taints[0].key", "workers.<pool>.taints[].key"],
  ["etcd.volume", "etcd.volume.sizeGiB", "etcd.volume.iops", "etcd.volume.throughputMiBps"],
])("%s", (path, ...expected) => {
  expect(pathsOf(path)).toEqual(expected);
});

test("a section has its description, then its settings", () => {
  const found = explainSetting("etcd.volume");
  if ("suggestion" in found) throw new Error(found.suggestion);
  expect(formatExplanation(found).slice(0, 5)).toEqual([
    "etcd.volume",
    "  Data volume of each member.",
    "",
    "etcd.volume.sizeGiB",
    "  Data volume of each member: size.",
  ]);
});

test("cluster alone has all settings", () => {
  expect(pathsOf("cluster")).toHaveLength(settingRows().length);
});

test.each([
  ["workers.general.maxx", "workers.<pool>.max"],
  ["etcd.volume.size", "etcd.volume.sizeGiB"],
  ["contolPlane.members", "controlPlane.members"],
  ["nodeGroups", "workers"],
  ["workers.general.maxSize", "workers.<pool>.max"],
  ["podCidr", "network.podCidr"],
  ["version", "kubernetesVersion"],
])("suggests for %s", (path, meant) => {
  expect(explainSetting(path)).toEqual({ suggestion: `unknown setting ${path}; did you mean ${meant}?` });
});

test.each(["", "[", "[]", "<pool>", "quite.something.else"])("%j is unknown, without an exception", (path) => {
  expect(explainSetting(path)).toHaveProperty(path === "" ? "settings" : "suggestion");
});
