/**
 * In place of the Cluster Autoscaler, whose module is not served by the module proxy: it finds the groups by the same tags,
 * asks for machines for pods that fit nowhere, and ends machines that are idle, by the same calls. What it does not do is to
 * calculate: a pod that fits nowhere is a machine.
 */
import { callQueryApi } from "../aws";
import type { RehearsedCluster } from "../rehearsedCluster";
import { listEvictablePods, listUnschedulablePods } from "../workload";

/** A group that the autoscaler may size. */
export interface ScalableGroup {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  /** Ids of the machines that are in service. */
  readonly instances: readonly string[];
}

/** The groups that carry the autoscaler's tag for this cluster. */
export async function fetchScalableGroups(cluster: RehearsedCluster, clusterName: string): Promise<ScalableGroup[]> {
  const tag = `k8s.io/cluster-autoscaler/${clusterName}`;
  const described = await callQueryApi(cluster, "autoscaling", "DescribeAutoScalingGroups", {
    ...{ "Filters.member.1.Name": "tag-key", "Filters.member.1.Values.member.1": tag },
  });
  return parseGroups(described);
}

/** Groups in an answer to DescribeAutoScalingGroups. */
export function parseGroups(xml: string): ScalableGroup[] {
  return xml
    .split("<AutoScalingGroupName>")
    .slice(1)
    .map((text) => {
      const value = (name: string): string => new RegExp(`<${name}>([^<]*)`).exec(text)?.[1] ?? "";
      const instances = [...text.matchAll(/<InstanceId>([^<]*)<\/InstanceId>.*?<LifecycleState>([^<]*)</gs)];
      return {
        ...{ name: text.split("<")[0] ?? "", min: Number(value("MinSize")), max: Number(value("MaxSize")) },
        desired: Number(value("DesiredCapacity")),
        instances: instances.filter(([, , state]) => state === "InService").map(([, id = ""]) => id),
      };
    });
}

/** Asks a group for as many machines more as there are pods that fit nowhere. Returns how many. */
export async function scaleOut(cluster: RehearsedCluster, { name, desired, max }: ScalableGroup): Promise<number> {
  const waiting = (await listUnschedulablePods(cluster)).length;
  const wanted = Math.min(max, desired + waiting);
  const call = { AutoScalingGroupName: name, DesiredCapacity: wanted, HonorCooldown: false };
  if (wanted > desired) await callQueryApi(cluster, "autoscaling", "SetDesiredCapacity", call);
  return wanted - desired;
}

/** Drains the group's machines that run nothing of anybody's, and ends them. Returns their ids. */
export async function scaleIn(
  cluster: RehearsedCluster,
  { desired, min, instances }: ScalableGroup,
): Promise<string[]> {
  const loads = await Promise.all(instances.map(async (id) => ({ id, pods: await listEvictablePods(cluster, id) })));
  const idle = loads
    .filter(({ pods }) => pods.length === 0)
    .map(({ id }) => id)
    .slice(0, desired - min);
  for (const InstanceId of idle) {
    await cluster.kubectl("taint", "node", InstanceId, "ToBeDeletedByClusterAutoscaler=true:NoSchedule", "--overwrite");
    await cluster.kubectl("drain", InstanceId, "--ignore-daemonsets", "--timeout=60s", "--request-timeout=0");
    const call = { InstanceId, ShouldDecrementDesiredCapacity: true };
    await callQueryApi(cluster, "autoscaling", "TerminateInstanceInAutoScalingGroup", call);
  }
  return idle;
}
