/** Volumes of members that left: kept, taken over by a member that returns, or deleted. */
import { checkChanges } from "../../../components/changes/checkChanges.plan";
import type { LiveSettings } from "../../../components/changes/liveSettings.plan";
import { retainedVolumes, withRetainedVolumes } from "../../../components/changes/retainedVolumes.plan";
import { members, recordOf, zones } from "./support";

const shrunk = withRetainedVolumes(recordOf(), recordOf(members(1)));
const summary = (volumes: readonly { readonly name: string; readonly zone: string }[] | undefined) =>
  volumes?.map(({ name, zone }) => `${name} ${zone}`);
const messages = (live: LiveSettings, wanted: LiveSettings): readonly string[] =>
  checkChanges(live, wanted).map(({ effect, path, message }) => `${effect} ${path.join(".")}: ${message}`);

test("an update keeps the volumes of members that leave, and records them with their zones", () => {
  expect(summary(shrunk.etcd.volumes)).toEqual(["a eu-central-1a", "b eu-central-1b", "c eu-central-1c"]);
  expect(summary(retainedVolumes(shrunk, recordOf(members(1))))).toEqual(["b eu-central-1b", "c eu-central-1c"]);
  expect(messages(shrunk, recordOf(members(1)))).toEqual([]);
});

test("a new cluster, and one with another name, retain none", () => {
  expect(retainedVolumes(undefined, recordOf())).toEqual([]);
  expect(retainedVolumes(shrunk, { ...recordOf(members(1)), name: "green" })).toEqual([]);
});

test("a later update deletes those that confirmLoss names", () => {
  const wanted = recordOf({ ...members(1), confirmLoss: ["blue-etcd-volume-b"] });
  expect(summary(retainedVolumes(shrunk, wanted))).toEqual(["c eu-central-1c"]);
  expect(messages(shrunk, wanted)).toEqual([
    "rollout confirmLoss: the volumes of the former members b are deleted, with the data from before they left",
  ]);
});

test("members that return take over their volumes", () => {
  expect(summary(withRetainedVolumes(shrunk, recordOf()).etcd.volumes)).toHaveLength(3);
  expect(messages(shrunk, recordOf())).toEqual([
    expect.stringMatching(/^rollout .*\(b, c: on the volumes that stayed\)/),
  ]);
});

test("a member that would return in another zone needs a confirmation", () => {
  const live = withRetainedVolumes(recordOf(), recordOf({ ...members(1), ...zones("a") }));
  const wanted = { ...members(3), ...zones("a", "b") };
  // The former volume of c is in zone c.
  expect(
    messages({ ...live, network: { ...live.network, zones: ["eu-central-1a", "eu-central-1b"] } }, recordOf(wanted)),
  ).toEqual([
    expect.stringMatching(/^refused network\.zones: .*\(c in eu-central-1c\).*confirmLoss: \[blue-etcd-volume-c\]/),
    expect.stringMatching(/^rollout/),
  ]);
});

test("members of a cluster that an earlier version deployed cannot leave yet", () => {
  const { volumes, ...etcd } = recordOf().etcd;
  expect(volumes).toHaveLength(3);
  expect(messages({ ...recordOf(), etcd }, recordOf(members(1)))).toEqual([
    expect.stringMatching(/^refused controlPlane\.members: .* by themselves yet; keep 3 members in this update/),
  ]);
});
