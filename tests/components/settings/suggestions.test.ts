import { clusterSettings } from "../../../components/clusterSettings";
import { indexPaths, normalizeKey } from "../../../components/settings/knownPaths";
import { wordsOfOtherTools } from "../../../components/settings/suggestions";
import { cluster, problemsOf } from "../../stacks/settingsSupport";

const paths = [...indexPaths(clusterSettings).values()].flat();

test("the index has every setting with a fixed path, of all variants", () => {
  expect(paths).toEqual(
    expect.arrayContaining([
      "cluster.name",
      "cluster.etcd.members",
      "cluster.network.vpc.id",
      "cluster.etcd.volume.iops",
    ]),
  );
  expect(paths.filter((path) => path.startsWith("cluster.workers."))).toEqual([]);
});

test.each(Object.entries(wordsOfOtherTools))("%s stands for settings that exist", (word, settings) => {
  expect(normalizeKey(word)).toBe(word);
  for (const setting of settings.filter((each) => each.startsWith("cluster."))) {
    const [pool, key] = setting.split(".<pool>.");
    if (key === undefined) expect(paths).toContain(setting);
    else
      expect(
        problemsOf(cluster({ [`${pool ?? ""}.a.${key}`.slice("cluster.".length)]: null }))[0]?.message,
      ).not.toMatch(/unknown/);
  }
});

test.each([
  ["minSize", "cluster.workers.<pool>.min"],
  ["workers.a.minSize", "cluster.workers.a.min"],
  ["workers.a.min_size", "cluster.workers.a.min"],
  ["workers.a.instanceType", "cluster.workers.a.instanceTypes"],
  ["workers.a.availabilityZones", "cluster.workers.a.zones"],
  ["workers.a.desiredCapacity", "cluster.workers.a.min"],
  ["workers.a.rootVolume.size", "cluster.workers.a.rootVolume.sizeGiB"],
  ["controlPlane.minSize", "cluster.controlPlane.members"],
  ["controlPlane.count", "cluster.controlPlane.members"],
  ["controlPlane.machineType", "cluster.controlPlane.instanceType"],
  ["k8sVersion", "cluster.kubernetesVersion"],
  ["k8s_version", "cluster.kubernetesVersion"],
  ["kubernetes-version", "cluster.kubernetesVersion"],
  ["natGateways", "cluster.network.nat"],
  ["network.natGateways", "cluster.network.nat"],
  ["node_groups", "cluster.workers"],
  ["control_plane", "cluster.controlPlane"],
  ["masters", "cluster.controlPlane"],
  ["clusterName", "cluster.name"],
  ["region", "aws:region"],
  ["vpc", "cluster.network.vpc"],
  ["zones", "cluster.network.zones"],
  ["encryption", "cluster.access.encryption"],
  ["members", "cluster.etcd.members or cluster.controlPlane.members"],
  ["netwrok", "cluster.network"],
  ["controlPlan", "cluster.controlPlane"],
  ["worker", "cluster.workers"],
  ["acess", "cluster.access"],
  ["addon", "cluster.addons"],
])("%s: did you mean %s?", (path, meant) => {
  const [first, ...others] = problemsOf(cluster({ [path]: 1 }));
  expect(others).toEqual([]);
  expect(first).toMatchObject({ path: `cluster.${path}`, message: `unknown setting; did you mean ${meant}?` });
});

test("lists the known keys if no setting is near, or too many have the name", () => {
  for (const key of ["colour", "enabled"]) {
    expect(problemsOf(cluster({ [key]: 1 }))[0]?.message).toMatch(/^unknown setting; choose from name, domain, /);
  }
});
