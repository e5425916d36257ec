/**
 * What the instance metadata service says to one instance: a tree of folders and texts. Pure.
 * Paths and formats are those of the EC2 user guide ("Instance metadata categories").
 */

/** RoleCredentialCache of an instance's role, in the document's own field names. */
export interface RoleCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  /** When they end, ISO 8601. */
  readonly Expiration: string;
  /** When they were made, ISO 8601. */
  readonly LastUpdated: string;
}

/** What metadata needs to know of an instance. */
export interface InstanceFacts {
  readonly id: string;
  readonly address: string;
  /** Hardware address of `eth0`: cloud-init finds the interface by it. */
  readonly mac: string;
  readonly privateDnsName: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly architecture: "x86_64" | "arm64";
  readonly region: string;
  readonly zone: string;
  readonly accountId: string;
  readonly vpcId: string;
  readonly vpcCidr: string;
  readonly subnetId: string;
  readonly subnetCidr: string;
  /** Security groups, id to name. */
  readonly securityGroups: Readonly<Record<string, string>>;
  /** Tags shown below `tags/instance`; absent: the launch template does not show them. */
  readonly tags?: Readonly<Record<string, string>>;
  /** What Auto Scaling means the instance to become; absent: it is in no group. */
  readonly targetLifecycleState?: "InService" | "Terminated";
  /** Announced interruption of a spot instance. */
  readonly spotInterruption?: { readonly action: "terminate" | "stop"; readonly time: string };
  /** Name of the role and its credentials; absent: no instance profile. */
  readonly role?: { readonly name: string; readonly credentials: RoleCredentials };
  /** Decoded user data; absent: none. */
  readonly userData?: string;
}

/** A folder, or a document's text. */
export type MetadataNode = string | { readonly [name: string]: MetadataNode };

/** Everything below `/latest`. */
export function metadataTree(facts: InstanceFacts): MetadataNode {
  return {
    dynamic: { "instance-identity": { document: JSON.stringify(identityDocument(facts), null, 2) } },
    "meta-data": instanceMetadata(facts),
    ...(facts.userData === undefined ? {} : { "user-data": facts.userData }),
  };
}

/**
 * The answer to a path, segments after the API version: a document's text, or a folder's list (one name a line,
 * folders end in `/`). Undefined: 404.
 */
export function lookUp(tree: MetadataNode, segments: readonly string[]): string | undefined {
  let node: MetadataNode | undefined = tree;
  for (const segment of segments) {
    if (typeof node === "string" || node === undefined || !Object.hasOwn(node, segment)) return undefined;
    node = node[segment];
  }
  if (node === undefined || typeof node === "string") return node;
  return Object.entries(node)
    .map(([name, child]) => (typeof child === "string" ? name : `${name}/`))
    .join("\n");
}

function identityDocument(facts: InstanceFacts): Record<string, unknown> {
  return {
    accountId: facts.accountId,
    architecture: facts.architecture,
    availabilityZone: facts.zone,
    imageId: facts.imageId,
    instanceId: facts.id,
    instanceType: facts.instanceType,
    privateIp: facts.address,
    region: facts.region,
    version: "2017-09-30",
  };
}

function instanceMetadata(facts: InstanceFacts): MetadataNode {
  const groupNames = Object.values(facts.securityGroups).join("\n");
  return {
    "ami-id": facts.imageId,
    ...(facts.targetLifecycleState === undefined
      ? {}
      : { autoscaling: { "target-lifecycle-state": facts.targetLifecycleState } }),
    hostname: facts.privateDnsName,
    ...(facts.role === undefined ? {} : { iam: roleMetadata(facts.role) }),
    "instance-id": facts.id,
    "instance-life-cycle": facts.spotInterruption === undefined ? "on-demand" : "spot",
    "instance-type": facts.instanceType,
    "local-hostname": facts.privateDnsName,
    "local-ipv4": facts.address,
    mac: facts.mac,
    network: { interfaces: { macs: { [facts.mac]: interfaceMetadata(facts, groupNames) } } },
    placement: { "availability-zone": facts.zone, region: facts.region },
    "security-groups": groupNames,
    services: { domain: "amazonaws.com", partition: "aws" },
    ...(facts.spotInterruption === undefined
      ? {}
      : { spot: { "instance-action": JSON.stringify(facts.spotInterruption) } }),
    ...(facts.tags === undefined ? {} : { tags: { instance: facts.tags } }),
  };
}

function interfaceMetadata(facts: InstanceFacts, groupNames: string): MetadataNode {
  return {
    "device-number": "0",
    "interface-id": `eni-${facts.id.slice(2)}`,
    "local-hostname": facts.privateDnsName,
    "local-ipv4s": facts.address,
    mac: facts.mac,
    "owner-id": facts.accountId,
    "security-group-ids": Object.keys(facts.securityGroups).join("\n"),
    "security-groups": groupNames,
    "subnet-id": facts.subnetId,
    "subnet-ipv4-cidr-block": facts.subnetCidr,
    "vpc-id": facts.vpcId,
    "vpc-ipv4-cidr-block": facts.vpcCidr,
    "vpc-ipv4-cidr-blocks": facts.vpcCidr,
  };
}

function roleMetadata(role: NonNullable<InstanceFacts["role"]>): MetadataNode {
  const document = { Code: "Success", Type: "AWS-HMAC", ...role.credentials };
  return { "security-credentials": { [role.name]: JSON.stringify(document, null, 2) } };
}
