/** Stateful resources that a comparison refuses to delete or replace, and the order of rollouts. */

import type { Comparison, ResourceChange } from "../../plan/comparison/changes";
import { isRefusedChange, lossesOf } from "../../plan/comparison/losses";
import { rolloutOrder } from "../../plan/comparison/rolloutOrder";
import { toLiveSettings } from "../../components/changes/liveSettings.plan";
import { specOf } from "../specs";
import type { PlainPlan, PlainResource } from "../../plan/report/planFile";

const urnOf = (type: string, name: string): string => `urn:pulumi:prod::holdfast::${type}::${name}`;

const resource = (type: string, name: string, parent?: string, inputs: object = {}): PlainResource => ({
  urn: urnOf(type, name),
  type,
  name,
  parent,
  dependsOn: [],
  inputs: { ...inputs },
  outputs: {},
});

const cluster = resource("holdfast:index:Cluster", "prod");
const pki = resource("holdfast:index:Pki", "prod-pki", cluster.urn);
const etcd = resource("holdfast:index:Etcd", "prod-etcd", cluster.urn);
const volume = resource("aws:ebs/volume:Volume", "prod-etcd-volume-a", etcd.urn);
const group = resource("aws:autoscaling/group:Group", "prod-group", cluster.urn);
const key = (name: string, parent = pki): PlainResource =>
  resource("tls:index/privateKey:PrivateKey", name, parent.urn);

const planOf = (...resources: readonly PlainResource[]): PlainPlan => ({ stack: "prod", resources });

const change = (action: ResourceChange["action"], { urn, type, name, parent }: PlainResource): ResourceChange => ({
  urn,
  type,
  name,
  parent,
  action,
  changes: [],
  protected: false,
  retained: false,
});

const losses = (
  changes: readonly ResourceChange[],
  confirmed: readonly string[] = [],
  kept: readonly PlainResource[] = [],
) => lossesOf(planOf(cluster, pki, etcd, volume, group), planOf(...kept), changes, confirmed);

test.each([
  ["deleted volume", change("delete", volume), ["prod-etcd-volume-a"]],
  ["replaced volume", change("replace", volume), ["prod-etcd-volume-a"]],
  ["updated volume", change("update", volume), []],
  ["created volume", change("create", volume), []],
  ["deleted group", change("delete", group), []],
  ["key", change("delete", key("prod-encryption-1", cluster)), ["prod-encryption-1"]],
  ["bucket", change("replace", resource("aws:s3/bucket:Bucket", "prod-files")), ["prod-files"]],
  ["zone", change("replace", resource("aws:route53/zone:Zone", "prod-zone")), ["prod-zone"]],
  ["KMS key", change("delete", resource("aws:kms/key:Key", "prod-key")), ["prod-key"]],
  ["namespace", change("delete", resource("kubernetes:core/v1:Namespace", "prod-tenancy-shop")), ["prod-tenancy-shop"]],
])("%s", (_title, each, expected) => {
  expect(losses([each])).toEqual(expected);
});

test.each([
  ["its own name", "prod-etcd-volume-a", []],
  ["the component around it", "prod-etcd", []],
  ["another resource", "prod-etcd-volume-b", ["prod-etcd-volume-a"]],
  ["the whole cluster", "prod", ["prod-etcd-volume-a"]],
])("confirmed by %s", (_title, confirmed, expected) => {
  expect(losses([change("delete", volume)], [confirmed])).toEqual(expected);
});

test("a rotation drops its last key but one; a key without a successor, or of the API server, is a loss", () => {
  const dropped = change("delete", key("prod-pki-kubernetes"));
  expect(losses([dropped], [], [key("prod-pki-kubernetes-3")])).toEqual([]);
  expect(losses([dropped], [], [key("prod-pki-etcd-3")])).toEqual(["prod-pki-kubernetes"]);
  const encryption = change("delete", key("prod-encryption-1", cluster));
  expect(losses([encryption], [], [key("prod-encryption-2", cluster)])).toEqual(["prod-encryption-1"]);
});

test("a loss, a protected resource and a refused setting each refuse the comparison", () => {
  const nothing = { changes: [], losses: [], settings: [] } as unknown as Comparison;
  const refused = { path: ["name"], effect: "refused", message: "no" } as const;
  expect(isRefusedChange(nothing)).toBe(false);
  expect(isRefusedChange({ ...nothing, changes: [change("delete", group)] })).toBe(false);
  expect(isRefusedChange({ ...nothing, changes: [{ ...change("delete", group), protected: true }] })).toBe(true);
  expect(isRefusedChange({ ...nothing, losses: ["prod-key"] })).toBe(true);
  expect(isRefusedChange({ ...nothing, settings: [refused] })).toBe(true);
  expect(isRefusedChange({ ...nothing, settings: [{ ...refused, effect: "rollout" }] })).toBe(false);
});

test("members go one at a time, workers as their pools allow; empty pools have no step", () => {
  const named = (name: string, role: string, preferences: object = {}): PlainResource =>
    resource("aws:autoscaling/group:Group", `${name}-group`, undefined, {
      name,
      tags: [{ key: "holdfast:role", value: role }],
      instanceRefresh: { preferences },
    });
  const after = planOf(
    named("a", "control-plane"),
    named("b", "control-plane"),
    named("general", "worker", { minHealthyPercentage: 100, maxHealthyPercentage: 125 }),
    named("parked", "worker"),
  );
  const rollout = (name: string, max = 1) => ({ group: name, min: 0, max, reasons: [] });
  expect(
    rolloutOrder(
      { before: after, after },
      ["a", "b"].map((name) => rollout(name)),
    ),
  ).toEqual(["one at a time, each while all others are healthy: a, b"]);
  expect(rolloutOrder({ before: after, after }, [rollout("a"), rollout("general", 5), rollout("parked", 0)])).toEqual([
    "a, while all other members are healthy",
    "at the same time, workers: general (maxUnavailable 0 %, maxSurge 25 %)",
  ]);
  expect(rolloutOrder({ before: after, after }, [rollout("general", 5)])).toEqual([
    "workers: general (maxUnavailable 0 %, maxSurge 25 %)",
  ]);
  expect(rolloutOrder({ before: after, after }, [])).toEqual([]);
});

test("workers follow members to a newer minor version, precede them on the way back, or have a time of their own", () => {
  const named = (name: string, role: string) =>
    resource("aws:autoscaling/group:Group", name, undefined, { name, tags: [{ key: "holdfast:role", value: role }] });
  const groups = [named("a", "control-plane"), named("old", "worker"), named("new", "worker")];
  const at = (kubernetesVersion: string, old: string, latest: string): PlainPlan => {
    const record = toLiveSettings(specOf({ name: "prod", kubernetesVersion }));
    const pools = { old: poolOf("old", old), new: poolOf("new", latest) };
    return { ...planOf(...groups), outputs: { liveSettings: { ...record, pools } } };
  };
  const poolOf = (group: string, kubernetesVersion: string) => ({ max: 1, groups: [group], kubernetesVersion });
  const rollouts = ["a", "old", "new"].map((group) => ({ group, min: 0, max: 1, reasons: [] }));
  const orderOf = (before: PlainPlan, after: PlainPlan) =>
    rolloutOrder({ before, after }, rollouts).map((step) => step.replaceAll(/ \(.*?\)/g, ""));
  expect(orderOf(at("1.36.4", "1.35.7", "1.36.4"), at("1.37.1", "1.35.8", "1.37.1"))).toEqual([
    "a, while all other members are healthy",
    "at the same time, workers: old",
    "when every member runs the new version, workers: new",
  ]);
  expect(orderOf(at("1.37.1", "1.36.3", "1.37.1"), at("1.36.4", "1.36.4", "1.36.4"))).toEqual([
    "workers: new",
    "when no worker runs the former version: a, while all other members are healthy",
    "at the same time, workers: old",
  ]);
});
