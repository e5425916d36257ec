/**
 * Stand-in for the Cluster Autoscaler, whose Go module is not on the module proxy. It finds groups by the same tags and scales
 * them with the same calls. It does not simulate scheduling: each unschedulable pod adds one machine.
 */
import { program } from "../../../components/addons/clusterAutoscaler/values.plan";
import { callQueryApi, controllerCredentials } from "../aws";
import type { RehearsedCluster } from "../rehearsedCluster";
import { listEvictablePods, listUnschedulablePods } from "../workload";

/** Auto Scaling group that the autoscaler may scale. */
export interface ScalableGroup {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly desired: number;
  /** Ids of the instances in service. */
  readonly instances: readonly string[];
}

/** Call of Auto Scaling with the autoscaler's role. */
async function call(
  cluster: RehearsedCluster,
  action: string,
  request: Readonly<Record<string, string | number | boolean>>,
): Promise<string> {
  return callQueryApi(cluster, "autoscaling", action, request, await controllerCredentials(cluster, program));
}

/** Groups with the autoscaler's tag for this cluster. */
export async function fetchScalableGroups(cluster: RehearsedCluster, clusterName: string): Promise<ScalableGroup[]> {
  const described = await call(cluster, "DescribeAutoScalingGroups", {
    "Filters.member.1.Name": "tag-key",
    "Filters.member.1.Values.member.1": `k8s.io/cluster-autoscaler/${clusterName}`,
  });
  return parseGroups(described);
}

/** @param xml answer to DescribeAutoScalingGroups. */
export function parseGroups(xml: string): ScalableGroup[] {
  return xml
    .split("<AutoScalingGroupName>")
    .slice(1)
    .map((text) => {
      const value = (name: string): string => new RegExp(`<${name}>([^<]*)`).exec(text)?.[1] ?? "";
      const instances = [...text.matchAll(/<InstanceId>([^<]*)<\/InstanceId>.*?<LifecycleState>([^<]*)</gs)];
      return {
        name: text.split("<")[0] ?? "",
        min: Number(value("MinSize")),
        max: Number(value("MaxSize")),
        desired: Number(value("DesiredCapacity")),
        instances: instances.filter(([, , state]) => state === "InService").map(([, id = ""]) => id),
      };
    });
}

/** Adds a machine per unschedulable pod, up to the maximum of the group. @returns number of added machines. */
export async function scaleOut(cluster: RehearsedCluster, { name, desired, max }: ScalableGroup): Promise<number> {
  const unschedulable = (await listUnschedulablePods(cluster)).length;
  const wanted = Math.min(max, desired + unschedulable);
  const request = { AutoScalingGroupName: name, DesiredCapacity: wanted, HonorCooldown: false };
  if (wanted > desired) await call(cluster, "SetDesiredCapacity", request);
  return wanted - desired;
}

/** Drains and terminates the group's idle machines, down to its minimum. @returns their ids. */
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
    const request = { InstanceId, ShouldDecrementDesiredCapacity: true };
    await call(cluster, "TerminateInstanceInAutoScalingGroup", request);
  }
  return idle;
}
