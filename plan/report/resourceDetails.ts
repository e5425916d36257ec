import type { PlainResource, Properties } from "./planFile";

/** The one line that tells a resource from others of its type. */

type Facts = (inputs: Properties) => readonly unknown[];

const disk: Facts = ({ availabilityZone, size, iops, throughput }) => [
  availabilityZone,
  `${text(size)} GiB`,
  `${text(iops)} IOPS`,
  `${text(throughput)} MiB/s`,
];

const rule: Facts = (inputs) => [formatTraffic(inputs), inputs.description];

/** Where an object is in the cluster; a release, and which chart it is of. */
const object: Facts = ({ metadata, chart, version, namespace }) => {
  if (chart !== undefined) return [namespace, `${text(chart)} ${text(version)}`];
  const { name, namespace: within } = (metadata ?? {}) as Properties;
  return [within === undefined ? name : `${text(within)}/${text(name)}`];
};

/** By type token without its module, as tokens say everything twice. */
const factsByType: ReadonlyMap<string, Facts> = new Map(
  Object.entries<Facts>({
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
    Group: ({ name, minSize, maxSize }) => [name, `${text(minSize)} to ${text(maxSize)} machines`],
    LifecycleHook: ({ lifecycleTransition, heartbeatTimeout }) => [lifecycleTransition, `${text(heartbeatTimeout)} s`],
    Volume: disk,
    LoadBalancer: ({ loadBalancerType, internal }) => [
      loadBalancerType,
      internal === true ? "internal" : "internet-facing",
    ],
    TargetGroup: ({ protocol, port, healthCheck }) => [`${text(protocol)} ${text(port)}`, health(healthCheck)],
    Listener: ({ protocol, port }) => [`${text(protocol)} ${text(port)}`],
    Zone: ({ name }) => [name],
    Record: ({ type, name }) => [type, name],
    Parameter: ({ type, name }) => [type, name],
    Key: ({ description }) => [description],
    Alias: ({ name }) => [name],
    Role: ({ description }) => [description],
    RolePolicy: ({ policy }) => [statements(policy)],
    BucketPolicy: ({ policy }) => [statements(policy)],
    BucketObjectv2: ({ key }) => [key],
    PrivateKey: ({ algorithm, ecdsaCurve, rsaBits }) => [algorithm, ecdsaCurve ?? rsaBits],
    SelfSignedCert: ({ validityPeriodHours }) => [validity(validityPeriodHours)],
    LocallySignedCert: ({ validityPeriodHours }) => [validity(validityPeriodHours)],
    Bucket: ({ bucket }) => [bucket],
    Topic: ({ name }) => [name],
    TopicPolicy: ({ policy }) => [statements(policy)],
    MetricAlarm: ({ alarmDescription }) => [alarmDescription],
  }),
);

/** What is worth knowing of a resource at a glance; never a secret. */
export function detailsOf({ type, inputs }: PlainResource): string {
  const facts = type.startsWith("kubernetes:") ? object : factsByType.get(type.split(":").at(-1) ?? "");
  return (facts?.(inputs) ?? [])
    .map(text)
    .filter((fact) => fact !== "")
    .join(" · ");
}

/** Protocol and ports of a security group's rule, as people write them. */
export function formatTraffic({ ipProtocol, fromPort, toPort }: Properties): string {
  if (ipProtocol === "-1") return "all formatTraffic";
  if (fromPort === undefined || ipProtocol === "icmp") return text(ipProtocol);
  return `${text(ipProtocol)} ${fromPort === toPort ? text(fromPort) : `${text(fromPort)}–${text(toPort)}`}`;
}

/** A value as a text; nothing for nothing. */
export function text(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

function health(check: unknown): string {
  if (typeof check !== "object" || check === null) return "";
  const { protocol, path, interval } = check as Properties;
  return `checked by ${text(protocol)} ${text(path)} every ${text(interval)} s`;
}

function statements(policy: unknown): string {
  if (typeof policy !== "string") return "";
  const count = policy.split('"Effect"').length - 1;
  return count === 1 ? "1 statement" : `${count} statements`;
}

function validity(hours: unknown): string {
  const count = Number(hours);
  return count >= 8760 ? `${Math.round(count / 8766)} years` : `${count} hours`;
}
