/** EC2: resources and tags of a call (service authorization reference, "Actions defined by Amazon EC2"). */
import {
  arnOf,
  type Authorization,
  requestTags,
  type ResourceFacts,
  resourceTags,
  type Scope,
  type Tags,
  useKey,
} from "./types";

/** Parameters that name existing resources, with their type. */
const existing: Readonly<Record<string, readonly (readonly [type: string, parameter: string])[]>> = {
  AttachVolume: [
    ["volume", "VolumeId"],
    ["instance", "InstanceId"],
  ],
  AuthorizeSecurityGroupEgress: [["security-group", "GroupId"]],
  AuthorizeSecurityGroupIngress: [["security-group", "GroupId"]],
  CopyVolumes: [["volume", "SourceVolumeId"]],
  CreateSecurityGroup: [["vpc", "VpcId"]],
  CreateSnapshot: [["volume", "VolumeId"]],
  CreateVolume: [["snapshot", "SnapshotId"]],
  DeleteSecurityGroup: [["security-group", "GroupId"]],
  DeleteSnapshot: [["snapshot", "SnapshotId"]],
  DeleteVolume: [["volume", "VolumeId"]],
  DetachVolume: [
    ["volume", "VolumeId"],
    ["instance", "InstanceId"],
  ],
  ModifyVolume: [["volume", "VolumeId"]],
  RevokeSecurityGroupEgress: [["security-group", "GroupId"]],
  RevokeSecurityGroupIngress: [["security-group", "GroupId"]],
};

/** Type of the resource that a call creates. */
const created: Readonly<Record<string, string>> = {
  CopyVolumes: "volume",
  CreateSecurityGroup: "security-group",
  CreateSnapshot: "snapshot",
  CreateVolume: "volume",
};

const typeByPrefix: Readonly<Record<string, string>> = {
  eni: "network-interface",
  i: "instance",
  rtb: "route-table",
  sg: "security-group",
  snap: "snapshot",
  subnet: "subnet",
  vol: "volume",
  vpc: "vpc",
};

/** Undefined for an action without resources in the tables above. */
export async function authorizeEc2(
  action: string,
  form: URLSearchParams,
  scope: Scope,
  facts: ResourceFacts,
): Promise<Authorization[] | undefined> {
  const name = `ec2:${action}`;
  const tagged = async (type: string, id: string): Promise<Authorization> => ({
    action: name,
    resource: ec2Arn(facts, scope, type, id),
    context: resourceTags("ec2", await facts.ec2Tags(id)),
  });
  if (action === "CreateTags" || action === "DeleteTags") {
    const tags = requestTags(tagPairs(form, "Tag"));
    const ids = [...form].filter(([key]) => /^ResourceId\.\d+$/.test(key)).map(([, id]) => id);
    const targets = ids.map((id) => tagged(typeByPrefix[id.split("-")[0] ?? ""] ?? "", id));
    return (await Promise.all(targets)).map((one) => ({ ...one, context: { ...one.context, ...tags } }));
  }
  if (!(action in existing)) return undefined;
  const named = (existing[action] ?? []).flatMap(([type, parameter]) => {
    const id = form.get(parameter);
    return id === null ? [] : [tagged(type, id)];
  });
  const authorizations = [...createdResource(action, form, scope, facts), ...(await Promise.all(named))];
  const volumeKey = action === "AttachVolume" ? await facts.volumeKey(form.get("VolumeId") ?? "") : undefined;
  if (volumeKey === undefined) return authorizations;
  // EBS lets the instance decrypt the volume through a grant of the caller (EBS user guide, "How Amazon EBS encryption works").
  const use = {
    key: volumeKey,
    service: "ec2",
    encryptionContext: { "aws:ebs:id": form.get("VolumeId") ?? "" },
  } as const;
  return [
    ...authorizations,
    useKey(facts, scope, { ...use, action: "CreateGrant", grant: true }),
    useKey(facts, scope, { ...use, action: "Decrypt" }),
  ];
}

/** A new resource, and its tags, which are a call of CreateTags. */
function createdResource(action: string, form: URLSearchParams, scope: Scope, facts: ResourceFacts): Authorization[] {
  const type = created[action];
  if (type === undefined) return [];
  const tags = tagSpecification(form, type);
  const resource = ec2Arn(facts, scope, type, "*");
  const context = requestTags(tags);
  const tagging = { action: "ec2:CreateTags", resource, context: { ...context, "ec2:CreateAction": action } };
  return [{ action: `ec2:${action}`, resource, context }, ...(Object.keys(tags).length > 0 ? [tagging] : [])];
}

/** ARNs of snapshots have no account. */
function ec2Arn(facts: ResourceFacts, { region }: Scope, type: string, id: string): string {
  return type === "snapshot"
    ? `arn:${facts.partition}:ec2:${region}::snapshot/${id}`
    : arnOf(facts, "ec2", region, `${type}/${id}`);
}

/** Tags of the specification for a resource type. */
function tagSpecification(form: URLSearchParams, type: string): Tags {
  const numbers = [...form]
    .filter(([key, value]) => /^TagSpecification\.\d+\.ResourceType$/.test(key) && value === type)
    .map(([key]) => key.split(".")[1] ?? "");
  return Object.assign({}, ...numbers.map((number) => tagPairs(form, `TagSpecification.${number}.Tag`))) as Tags;
}

/** `<prefix>.1.Key`, `<prefix>.1.Value` … */
export function tagPairs(form: URLSearchParams, prefix: string): Tags {
  return Object.fromEntries(
    [...form]
      .filter(([key]) => key.startsWith(`${prefix}.`) && /^\d+\.Key$/.test(key.slice(prefix.length + 1)))
      .map(([key, name]) => [name, form.get(key.replace(/Key$/, "Value")) ?? ""]),
  );
}
