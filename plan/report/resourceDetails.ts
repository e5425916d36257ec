import type { PlainResource, Properties } from "./planFile";

/** Properties that distinguish a resource from others of its type. */
type Details = (inputs: Properties) => readonly unknown[];

const disk: Details = ({ availabilityZone, size, iops, throughput }) => [
  availabilityZone,
  `${text(size)} GiB`,
  `${text(iops)} IOPS`,
  `${text(throughput)} MiB/s`,
];

const rule: Details = (inputs) => [formatTraffic(inputs), inputs.description];

/** Namespace and name of a Kubernetes object; namespace and chart of a Helm release. */
const object: Details = ({ metadata, chart, version, namespace }) => {
  if (chart !== undefined) return [namespace, `${text(chart)} ${text(version)}`];
  const { name, namespace: within } = (metadata ?? {}) as Properties;
  return [within === undefined ? name : `${text(within)}/${text(name)}`];
};

/** By the last part of the type token. */
const detailsByType: ReadonlyMap<string, Details> = new Map(
  Object.entries<Details>({
    Vpc: ({ cidrBlock }) => [cidrBlock],
    Subnet: ({ availabilityZone, cidrBlock }) => [availabilityZone, cidrBlock],
    Route: ({ destinationCidrBlock, gatewayId, natGatewayId }) => [destinationCidrBlock, natGatewayId ?? gatewayId],
    VpcEndpoint: ({ vpcEndpointType, serviceName }) => [vpcEndpointType, serviceName],
    FlowLog: ({ trafficType }) => [trafficType],
    LogGroup: ({ name, retentionInDays }) => [name, `${text(retentionInDays)} days`],
    SecurityGroup: ({ description }) => [description],
    SecurityGroupIngressRule: rule,
    SecurityGroupEgressRule: rule,
    LaunchTemplate: ({ instanceType, imageId }) => [instanceType, imageId],
    Group: ({ name, minSize, maxSize }) => [name, `${text(minSize)} to ${text(maxSize)} instances`],
    LifecycleHook: ({ lifecycleTransition, heartbeatTimeout }) => [lifecycleTransition, `${text(heartbeatTimeout)} s`],
    Volume: disk,
    LoadBalancer: ({ loadBalancerType, internal }) => [
      loadBalancerType,
      internal === true ? "internal" : "internet-facing",
    ],
    TargetGroup: ({ protocol, port, healthCheck }) => [
      `${text(protocol)} ${text(port)}`,
      formatHealthCheck(healthCheck),
    ],
    Listener: ({ protocol, port }) => [`${text(protocol)} ${text(port)}`],
    Zone: ({ name }) => [name],
    Record: ({ type, name }) => [type, name],
    Parameter: ({ type, name }) => [type, name],
    Stash: ({ input }) => [input],
    Key: ({ description }) => [description],
    Alias: ({ name }) => [name],
    Role: ({ description }) => [description],
    RolePolicy: ({ policy }) => [countStatements(policy)],
    BucketPolicy: ({ policy }) => [countStatements(policy)],
    BucketObjectv2: ({ key }) => [key],
    PrivateKey: ({ algorithm, ecdsaCurve, rsaBits }) => [algorithm, ecdsaCurve ?? rsaBits],
    SelfSignedCert: ({ validityPeriodHours }) => [formatValidity(validityPeriodHours)],
    LocallySignedCert: ({ validityPeriodHours }) => [formatValidity(validityPeriodHours)],
    Bucket: ({ bucket }) => [bucket],
    Topic: ({ name }) => [name],
    TopicPolicy: ({ policy }) => [countStatements(policy)],
    MetricAlarm: ({ alarmDescription }) => [alarmDescription],
  }),
);

/** Details of a resource in one line, without secrets. */
export function detailsOf({ type, inputs }: PlainResource): string {
  const details = type.startsWith("kubernetes:") ? object : detailsByType.get(type.split(":").at(-1) ?? "");
  return (details?.(inputs) ?? [])
    .map(text)
    .filter((detail) => detail !== "")
    .join(" · ");
}

/** Protocol and ports of a security group rule: `tcp 2379–2380`. */
export function formatTraffic({ ipProtocol, fromPort, toPort }: Properties): string {
  if (ipProtocol === "-1") return "all traffic";
  if (fromPort === undefined || ipProtocol === "icmp") return text(ipProtocol);
  return `${text(ipProtocol)} ${fromPort === toPort ? text(fromPort) : `${text(fromPort)}–${text(toPort)}`}`;
}

/** Value as text; empty for undefined and null. */
export function text(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

function formatHealthCheck(check: unknown): string {
  if (typeof check !== "object" || check === null) return "";
  const { protocol, path, interval } = check as Properties;
  return `health check ${text(protocol)} ${text(path)} every ${text(interval)} s`;
}

function countStatements(policy: unknown): string {
  if (typeof policy !== "string") return "";
  const count = policy.split('"Effect"').length - 1;
  return count === 1 ? "1 statement" : `${count} statements`;
}

function formatValidity(hours: unknown): string {
  const count = Number(hours);
  return count >= 8760 ? `${Math.round(count / 8766)} years` : `${count} hours`;
}
