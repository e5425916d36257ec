/** Auto Scaling and load balancing: resources and tags of a call. */
import { arnOf, type Authorization, requestTags, type ResourceFacts, resourceTags, type Scope } from "./types";
import { tagPairs } from "./ec2";

/** Every action with resources is authorized on the group. */
export async function authorizeAutoScaling(
  action: string,
  form: URLSearchParams,
  facts: ResourceFacts,
): Promise<Authorization[] | undefined> {
  if (action.startsWith("Describe")) return undefined;
  const [name, instance] = [form.get("AutoScalingGroupName"), form.get("InstanceId")];
  const group = name !== null ? await facts.group({ name }) : instance && (await facts.group({ instance }));
  if (!group) return undefined;
  const { arn, tags } = group;
  return [{ action: `autoscaling:${action}`, resource: arn, context: resourceTags("autoscaling", tags) }];
}

/** Parameters that name existing resources. */
const existing = ["LoadBalancerArn", "TargetGroupArn", "ListenerArn"];

/** New resources have no id yet. */
const newId = "0123456789abcdef";

export async function authorizeLoadBalancing(
  action: string,
  form: URLSearchParams,
  { region }: Scope,
  facts: ResourceFacts,
): Promise<Authorization[] | undefined> {
  if (action.startsWith("Describe")) return undefined;
  const name = `elasticloadbalancing:${action}`;
  const isClassic = form.get("Version") === "2012-06-01";
  const tags = requestTags(tagPairs(form, "Tags.member"));
  const arn = (resource: string): string => arnOf(facts, "elasticloadbalancing", region, resource);
  const onExisting = async (resource: string, nameOrArn: string): Promise<Authorization> => ({
    action: name,
    resource,
    context: { ...tags, ...resourceTags("elasticloadbalancing", await facts.balancerTags(nameOrArn)) },
  });
  const create = (resource: string, authorization = { action: name, resource, context: tags }): Authorization[] => {
    const context = { ...tags, "elasticloadbalancing:CreateAction": action };
    const tagging = { action: "elasticloadbalancing:AddTags", resource, context };
    return Object.keys(tags).length === 0 ? [authorization] : [authorization, tagging];
  };

  const [balancer, group] = [form.get("LoadBalancerName") ?? "", form.get("Name") ?? ""];
  if (action === "CreateLoadBalancer") {
    const kind = form.get("Type") === "network" ? "net" : "app";
    return create(arn(isClassic ? `loadbalancer/${balancer}` : `loadbalancer/${kind}/${group}/${newId}`));
  }
  if (action === "CreateTargetGroup") return create(arn(`targetgroup/${group}/${newId}`));
  if (action === "CreateListener") {
    const of = form.get("LoadBalancerArn") ?? "";
    const listener = `${of.replace(":loadbalancer/", ":listener/")}/${newId}`;
    return create(listener, await onExisting(of, of));
  }
  const names = [...form].filter(([key]) => /^LoadBalancerNames\.member\.\d+$/.test(key)).map(([, value]) => value);
  if (isClassic) {
    const balancers = balancer === "" ? names : [balancer];
    return Promise.all(balancers.map((one) => onExisting(arn(`loadbalancer/${one}`), one)));
  }
  const arns = [...form].filter(([key]) => existing.includes(key) || /^ResourceArns\.member\.\d+$/.test(key));
  return arns.length === 0 ? undefined : Promise.all(arns.map(([, value]) => onExisting(value, value)));
}
