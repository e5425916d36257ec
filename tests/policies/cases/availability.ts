import { aws, clusterTag, memberTag, roleTag } from "../../../policies/model/types";
import { forTypes, resource } from "../fixtures";
import type { Cases, Inputs } from "../fixtures";

const group = aws.autoscalingGroup;

interface Member {
  /** Default: none. */
  readonly cluster?: string | undefined;
  readonly role?: string;
  readonly member?: string;
  readonly zones?: readonly string[];
  readonly size?: number;
}

/** Auto Scaling group of a member, or of workers if there is no role. */
function groupOf({ cluster, role, member = "a", zones = ["a"], size = 1 }: Member, more: Inputs = {}) {
  const tags: Record<string, string> = {
    ...(cluster !== undefined && { [clusterTag]: cluster }),
    ...(role !== undefined && { [roleTag]: role, [memberTag]: member }),
  };
  return resource(
    group,
    {
      tags: Object.entries(tags).map(([key, value]) => ({ key, value, propagateAtLaunch: false })),
      minSize: size,
      maxSize: size,
      availabilityZones: zones,
      ...more,
    },
    { name: [cluster, role ?? "workers", member, ...zones].filter((part) => part !== undefined).join("-") },
  );
}
const membersIn = (cluster: string | undefined, role: string, ...zones: readonly string[]) =>
  zones.map((zone, index) => groupOf({ cluster, role, member: "abcde".charAt(index), zones: [zone] }));
const members = (role: string, ...zones: readonly string[]) => membersIn(undefined, role, ...zones);
const three = members("control-plane", "a", "b", "c");
/** Control planes of two clusters in one program. */
const twoClusters = ["blue", "green"].flatMap((cluster) => membersIn(cluster, "control-plane", "a", "b", "c"));
const dataVolume = (zone: string, { protect = false, cluster }: { protect?: boolean; cluster?: string } = {}) =>
  resource(
    aws.volume,
    {
      availabilityZone: zone,
      tags: { [memberTag]: "a", [roleTag]: "etcd", ...(cluster !== undefined && { [clusterTag]: cluster }) },
    },
    { name: ["volume", cluster, zone].join("-"), protect },
  );
const balancers = [aws.loadBalancer, aws.albLoadBalancer];
const check = (healthCheck: object, port = 6443) => resource(aws.targetGroup, { port, healthCheck });
const hook = (lifecycleTransition: string) =>
  resource(aws.lifecycleHook, { lifecycleTransition }, { of: { autoscalingGroupName: ["workers-a-a"] } });

/** Schedule that starts the instance refresh of a group. */
const startOf = (name: string, operation = "autoscaling:startInstanceRefresh") =>
  resource(aws.schedule, {
    target: { arn: `arn:aws:scheduler:::aws-sdk:${operation}`, input: JSON.stringify({ AutoScalingGroupName: name }) },
  });

export const availabilityCases: Cases = {
  "members-in-three-zones": [
    [three, members("control-plane", "a", "b", "b"), /control-plane are in 2 zones/],
    [groupOf({}), members("etcd", "a"), /etcd are in 1 zone\./],
  ],
  "members-odd": [
    [three, members("etcd", "a", "b"), /etcd has 2 members/],
    [twoClusters, [...twoClusters, ...membersIn("red", "etcd", "a", "b")], /etcd of cluster red has 2 members/],
  ],
  "members-redundant": [
    [three, members("etcd", "a"), /etcd has 1 member\./],
    [
      twoClusters,
      ["blue", "green"].flatMap((cluster) => membersIn(cluster, "etcd", "a")),
      /etcd of cluster blue has 1 member\./,
    ],
  ],
  "no-zone-holds-quorum": [
    [three, members("etcd", "a", "a", "b"), /a holds 2 of the 3 members of etcd/],
    [members("etcd", "a", "b", "c", "a", "b"), members("etcd", "a", "b", "c", "a", "a"), /a holds 3 of the 5/],
  ],
  "one-member-per-group": [
    [groupOf({ role: "etcd" }), groupOf({ role: "etcd", size: 3 }), /allows 3 to 3 instances/],
    [groupOf({ zones: ["a", "b"], size: 5 }), groupOf({ role: "control-plane", zones: ["a", "b"] }), /in 2 zones/],
  ],
  "member-volume-zone": [
    [
      [dataVolume("a"), groupOf({ role: "etcd" })],
      [dataVolume("b"), groupOf({ role: "etcd" })],
      /volume is in b, group etcd-a-a in a/,
    ],
    [
      [
        dataVolume("a", { cluster: "blue" }),
        groupOf({ cluster: "blue", role: "etcd" }),
        dataVolume("b", { cluster: "green" }),
        groupOf({ cluster: "green", role: "etcd", zones: ["b"] }),
      ],
      [dataVolume("b", { cluster: "blue" }), groupOf({ cluster: "blue", role: "etcd" })],
      /volume is in b, group blue-etcd-a-a in a/,
    ],
  ],
  "member-volumes-protected": [
    [dataVolume("a", { protect: true }), dataVolume("a"), /not protected.*setting: protect/],
  ],
  "api-health-check": [
    [check({ protocol: "HTTPS", path: "/readyz" }), check({ protocol: "TCP" }), /protocol is TCP/],
    [check({ protocol: "TCP" }, 443), check({ protocol: "HTTPS", path: "/healthz" }), /path is \/healthz/],
  ],
  "load-balancer-deletion-protection": forTypes(balancers, (type) => [
    resource(type, { enableDeletionProtection: true }),
    resource(type),
    /enableDeletionProtection is not true/,
  ]),
  "load-balancer-zones": [
    ...forTypes(balancers, (type) => [
      resource(type, { subnets: ["a", "b"] }),
      resource(type, { subnets: ["a"] }),
      /in one subnet/,
    ]),
    [
      resource(aws.loadBalancer, { loadBalancerType: "network", enableCrossZoneLoadBalancing: true }),
      resource(aws.loadBalancer, { loadBalancerType: "network" }),
      /enableCrossZoneLoadBalancing is not true/,
    ],
  ],
  "load-balancer-access-logs": [
    ...forTypes(balancers, (type) => [
      resource(type, { accessLogs: { enabled: true, bucket: "logs" } }),
      resource(type),
      /accessLogs\.enabled is not true/,
    ]),
    [
      resource(aws.loadBalancer, { loadBalancerType: "network" }),
      [
        resource(aws.loadBalancer, { loadBalancerType: "network" }),
        resource(aws.listener, { protocol: "TLS" }, { of: { loadBalancerArn: ["LoadBalancer"] } }),
      ],
      /accessLogs\.enabled is not true/,
    ],
  ],
  "workers-in-two-zones": [
    [groupOf({ zones: ["a", "b"] }), groupOf({ zones: ["a"] }), /in 1 zone\./],
    [
      [
        resource(group, {}, { of: { vpcZoneIdentifiers: ["x", "y"] } }),
        resource(aws.subnet, { availabilityZone: "a" }, { name: "x" }),
        resource(aws.subnet, { availabilityZone: "b" }, { name: "y" }),
      ],
      [
        resource(group, {}, { of: { vpcZoneIdentifiers: ["x", "y"] } }),
        resource(aws.subnet, { availabilityZone: "a" }, { name: "x" }),
        resource(aws.subnet, { availabilityZone: "a" }, { name: "y" }),
      ],
      /in 1 zone\./,
    ],
  ],
  "group-sizes-valid": [
    [groupOf({}, { minSize: 0 }), groupOf({}, { minSize: 4 }), /minSize 4 is above maxSize 1/],
    [groupOf({}, { maxSize: 200 }), groupOf({}, { maxSize: 2000 }), /above 200/],
    [groupOf({ size: 1 }), groupOf({ size: 0 }), /maxSize is 0/],
    [groupOf({ size: 1 }), groupOf({}, { desiredCapacity: 5 }), /desiredCapacity 5/],
  ],
  "launch-template-rollout": [
    [groupOf({}, { instanceRefresh: { strategy: "Rolling" } }), groupOf({}), /instanceRefresh is missing/],
    [
      [groupOf({}, { name: "workers" }), startOf("workers")],
      [groupOf({}, { name: "workers" }), startOf("workers2")],
      /no schedule starts one/,
    ],
    [
      [groupOf({}, { name: "workers" }), startOf("workers")],
      [groupOf({}, { name: "workers" }), startOf("workers", "autoscaling:suspendProcesses")],
      /no schedule starts one/,
    ],
  ],
  "termination-hook": [
    [
      [groupOf({}), hook("autoscaling:EC2_INSTANCE_TERMINATING")],
      [groupOf({}), hook("autoscaling:EC2_INSTANCE_LAUNCHING")],
      /no termination lifecycle hook/,
    ],
    [
      groupOf({}, { initialLifecycleHooks: [{ lifecycleTransition: "autoscaling:EC2_INSTANCE_TERMINATING" }] }),
      groupOf({}),
      /no termination lifecycle hook/,
    ],
  ],
};
