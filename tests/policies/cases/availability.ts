import { aws, memberTag, roleTag } from "../../../policies/model/types";
import { each, on } from "../scene";
import type { Cases, Inputs } from "../scene";

const group = aws.autoscalingGroup;

interface Member {
  readonly role?: string;
  readonly member?: string;
  readonly zones?: readonly string[];
  readonly size?: number;
}

/** The group of a member; without a role, of workers. */
function groupOf({ role, member = "a", zones = ["a"], size = 1 }: Member, more: Inputs = {}) {
  const tags = role === undefined ? {} : { [roleTag]: role, [memberTag]: member };
  return on(
    group,
    {
      tags: Object.entries(tags).map(([key, value]) => ({ key, value, propagateAtLaunch: false })),
      minSize: size,
      maxSize: size,
      availabilityZones: zones,
      ...more,
    },
    { name: `${role ?? "workers"}-${member}-${zones.join("-")}` },
  );
}
const members = (role: string, ...zones: readonly string[]) =>
  zones.map((zone, index) => groupOf({ role, member: "abcde".charAt(index), zones: [zone] }));
const three = members("control-plane", "a", "b", "c");
const dataVolume = (zone: string, protect = false) =>
  on(aws.volume, { availabilityZone: zone, tags: { [memberTag]: "a", [roleTag]: "etcd" } }, { protect });
const balancers = [aws.loadBalancer, aws.albLoadBalancer];
const check = (healthCheck: object, port = 6443) => on(aws.targetGroup, { port, healthCheck });
const hook = (lifecycleTransition: string) =>
  on(aws.lifecycleHook, { lifecycleTransition }, { of: { autoscalingGroupName: ["workers-a-a"] } });

export const availabilityCases: Cases = {
  "members-over-three-zones": [
    { passes: three, fails: members("control-plane", "a", "b", "b"), says: /control-plane are in 2 zones/ },
    { passes: [groupOf({})], fails: members("etcd", "a"), says: /etcd are in 1 zone\./ },
  ],
  "members-odd": [{ passes: three, fails: members("etcd", "a", "b"), says: /etcd has 2 members/ }],
  "members-redundant": [{ passes: three, fails: members("etcd", "a"), says: /etcd has 1 member\./ }],
  "no-zone-holds-quorum": [
    { passes: three, fails: members("etcd", "a", "a", "b"), says: /a holds 2 of the 3 members of etcd/ },
    {
      passes: members("etcd", "a", "b", "c", "a", "b"),
      fails: members("etcd", "a", "b", "c", "a", "a"),
      says: /a holds 3 of the 5/,
    },
  ],
  "one-member-a-group": [
    { passes: [groupOf({ role: "etcd" })], fails: [groupOf({ role: "etcd", size: 3 })], says: /has 3 to 3 machines/ },
    {
      passes: [groupOf({ zones: ["a", "b"], size: 5 })],
      fails: [groupOf({ role: "control-plane", zones: ["a", "b"] })],
      says: /in 2 zones/,
    },
  ],
  "member-volume-with-its-group": [
    {
      passes: [dataVolume("a"), groupOf({ role: "etcd" })],
      fails: [dataVolume("b"), groupOf({ role: "etcd" })],
      says: /volume is in b, group etcd-a-a in a/,
    },
  ],
  "member-volumes-protected": [
    { passes: [dataVolume("a", true)], fails: [dataVolume("a")], says: /not protected.*setting: protect/ },
  ],
  "api-health-check": [
    {
      passes: [check({ protocol: "HTTPS", path: "/readyz" })],
      fails: [check({ protocol: "TCP" })],
      says: /protocol is TCP/,
    },
    {
      passes: [check({ protocol: "TCP" }, 443)],
      fails: [check({ protocol: "HTTPS", path: "/healthz" })],
      says: /path is \/healthz/,
    },
  ],
  "load-balancer-deletion-protection": each(balancers, (type) => ({
    passes: [on(type, { enableDeletionProtection: true })],
    fails: [on(type, {})],
    says: /enableDeletionProtection is not true/,
  })),
  "load-balancer-over-zones": [
    ...each(balancers, (type) => ({
      passes: [on(type, { subnets: ["a", "b"] })],
      fails: [on(type, { subnets: ["a"] })],
      says: /in one subnet/,
    })),
    {
      passes: [on(aws.loadBalancer, { loadBalancerType: "network", enableCrossZoneLoadBalancing: true })],
      fails: [on(aws.loadBalancer, { loadBalancerType: "network" })],
      says: /enableCrossZoneLoadBalancing is not true/,
    },
  ],
  "load-balancer-access-logs": [
    ...each(balancers, (type) => ({
      passes: [on(type, { accessLogs: { enabled: true, bucket: "logs" } })],
      fails: [on(type, {})],
      says: /accessLogs\.enabled is not true/,
    })),
    {
      passes: [on(aws.loadBalancer, { loadBalancerType: "network" })],
      fails: [
        on(aws.loadBalancer, { loadBalancerType: "network" }),
        on(aws.listener, { protocol: "TLS" }, { of: { loadBalancerArn: ["LoadBalancer"] } }),
      ],
      says: /accessLogs\.enabled is not true/,
    },
  ],
  "workers-over-zones": [
    { passes: [groupOf({ zones: ["a", "b"] })], fails: [groupOf({ zones: ["a"] })], says: /in 1 zone\./ },
    {
      passes: [
        on(group, {}, { of: { vpcZoneIdentifiers: ["x", "y"] } }),
        on(aws.subnet, { availabilityZone: "a" }, { name: "x" }),
        on(aws.subnet, { availabilityZone: "b" }, { name: "y" }),
      ],
      fails: [
        on(group, {}, { of: { vpcZoneIdentifiers: ["x", "y"] } }),
        on(aws.subnet, { availabilityZone: "a" }, { name: "x" }),
        on(aws.subnet, { availabilityZone: "a" }, { name: "y" }),
      ],
      says: /in 1 zone\./,
    },
  ],
  "group-sizes-sane": [
    {
      passes: [groupOf({}, { minSize: 0 })],
      fails: [groupOf({}, { minSize: 4 })],
      says: /minSize 4 is above maxSize 1/,
    },
    { passes: [groupOf({}, { maxSize: 200 })], fails: [groupOf({}, { maxSize: 2000 })], says: /above 200/ },
    { passes: [groupOf({ size: 1 })], fails: [groupOf({ size: 0 })], says: /maxSize is 0/ },
    { passes: [groupOf({ size: 1 })], fails: [groupOf({}, { desiredCapacity: 5 })], says: /desiredCapacity 5/ },
  ],
  "changes-roll-out": [
    {
      passes: [groupOf({}, { instanceRefresh: { strategy: "Rolling" } })],
      fails: [groupOf({})],
      says: /instanceRefresh is missing/,
    },
  ],
  "machines-drained": [
    {
      passes: [groupOf({}), hook("autoscaling:EC2_INSTANCE_TERMINATING")],
      fails: [groupOf({}), hook("autoscaling:EC2_INSTANCE_LAUNCHING")],
      says: /Nothing holds a terminating machine/,
    },
    {
      passes: [
        groupOf({}, { initialLifecycleHooks: [{ lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" }] }),
      ],
      fails: [groupOf({})],
      says: /Nothing holds a terminating machine/,
    },
  ],
};
