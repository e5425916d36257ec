/** Metadata of one instance as a tree, after the EC2 user guide ("Instance metadata categories"). Pure. */

/** Credentials of an instance's role, with the field names of the metadata document. */
export interface RoleCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  /** ISO 8601. */
  readonly Expiration: string;
  /** ISO 8601. */
  readonly LastUpdated: string;
}

/** Facts about an instance that appear in its metadata. */
export interface InstanceFacts {
  readonly id: string;
  readonly address: string;
  /** MAC address of `eth0`, by which cloud-init finds the interface. */
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
  /** Names of security groups by id. */
  readonly securityGroups: Readonly<Record<string, string>>;
  /** Tags, if the launch template exposes them. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Absent for an instance without an Auto Scaling group. */
  readonly targetLifecycleState?: "InService" | "Terminated";
  readonly spotInterruption?: { readonly action: "terminate" | "stop"; readonly time: string };
  /** Absent without an instance profile. */
  readonly role?: { readonly name: string; readonly credentials: RoleCredentials };
  /** Decoded user data. */
  readonly userData?: string;
}

/** Text of a document, or a folder; undefined: absent. */
export type MetadataNode = string | undefined | { readonly [name: string]: MetadataNode };

/** Everything below `/latest`. */
export function metadataTree(facts: InstanceFacts): MetadataNode {
  return {
    dynamic: { "instance-identity": { document: JSON.stringify(identityDocument(facts), null, 2) } },
    "meta-data": instanceMetadata(facts),
    "user-data": facts.userData,
  };
}

/** Document at a path below the API version, or the list of a folder, whose subfolders end in `/`. Undefined: not found. */
export function lookUp(tree: MetadataNode, segments: readonly string[]): string | undefined {
  let node = tree;
  for (const segment of segments) {
    if (typeof node === "string" || node === undefined || !Object.hasOwn(node, segment)) return undefined;
    node = node[segment];
  }
  if (node === undefined || typeof node === "string") return node;
  return Object.entries(node)
    .filter(([, child]) => child !== undefined)
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
  const { role, spotInterruption: spot, tags, targetLifecycleState: target } = facts;
  const groupNames = Object.values(facts.securityGroups).join("\n");
  return {
    "ami-id": facts.imageId,
    autoscaling: target && { "target-lifecycle-state": target },
    hostname: facts.privateDnsName,
    iam: role && roleMetadata(role),
    "instance-id": facts.id,
    "instance-life-cycle": spot === undefined ? "on-demand" : "spot",
    "instance-type": facts.instanceType,
    "local-hostname": facts.privateDnsName,
    "local-ipv4": facts.address,
    mac: facts.mac,
    network: { interfaces: { macs: { [facts.mac]: interfaceMetadata(facts, groupNames) } } },
    placement: { "availability-zone": facts.zone, region: facts.region },
    "security-groups": groupNames,
    services: { domain: "amazonaws.com", partition: "aws" },
    spot: spot && { "instance-action": JSON.stringify(spot) },
    tags: tags && { instance: tags },
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
