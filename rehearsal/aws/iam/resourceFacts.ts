/** Facts about resources that decisions need: from the plan, from the instances, and from the rehearsed AWS. */
import { DescribeTagsCommand } from "@aws-sdk/client-ec2";
import { DescribeTagsCommand as DescribeClassicTagsCommand } from "@aws-sdk/client-elastic-load-balancing";
import { DescribeTagsCommand as DescribeBalancerTagsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { DescribeParametersCommand } from "@aws-sdk/client-ssm";
import { partitionOf } from "../../../components/aws/partition.plan";
import type { AwsClients } from "../awsClients";
import type { Instance } from "../ec2/instance";
import { type CloudResource, physicalName } from "../resources/resourceHandler";
import { arnOf, type GroupFacts, type ResourceFacts, type Tags } from "./requests/types";

export interface FactSources {
  /** Created resources, with real ids. */
  readonly resources: readonly CloudResource[];
  readonly region: string;
  readonly accountId: string;
  readonly aws: Pick<AwsClients, "classicLoadBalancing" | "ec2" | "loadBalancing" | "s3" | "ssm">;
  /** Instance by id. */
  readonly instance: (id: string) => Pick<Instance, "tags" | "group"> | undefined;
}

/** Auto Scaling gives each group a UUID; policies of a plan cannot name it. */
const groupUuid = "00000000-0000-4000-8000-000000000000";

export class PlannedFacts implements ResourceFacts {
  readonly partition: string;
  readonly accountId: string;
  #groups: ReadonlyMap<string, GroupFacts> = new Map();
  #keys: ReadonlyMap<string, string> = new Map();
  #volumeKeys: ReadonlyMap<string, string> = new Map();
  #bucketKeys: ReadonlyMap<string, string> = new Map();

  constructor(private readonly sources: FactSources) {
    const { region, accountId } = sources;
    this.partition = partitionOf(region);
    this.accountId = accountId;
    this.useResources(sources.resources);
  }

  /** Reads the facts from other resources from now on, as after an update of the stack. */
  useResources(resources: readonly CloudResource[]): void {
    const { region } = this.sources;
    const of = (type: string): CloudResource[] => resources.filter((resource) => resource.type === type);
    this.#groups = new Map(
      of("aws:autoscaling/group:Group").map((resource) => {
        const name = physicalName(resource);
        const tags = (resource.inputs.tags ?? []) as readonly { readonly key: string; readonly value: string }[];
        const arn = arnOf(this, "autoscaling", region, `autoScalingGroup:${groupUuid}:autoScalingGroupName/${name}`);
        return [name, { name, arn, tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) }];
      }),
    );
    this.#keys = new Map([
      ...of("aws:kms/key:Key").map(({ id = "", outputs }) => [id, String(outputs.arn)] as const),
      ...of("aws:kms/alias:Alias").map((alias) => {
        const key = of("aws:kms/key:Key").find(({ id }) => id === alias.inputs.targetKeyId);
        return [physicalName(alias), String(key?.outputs.arn)] as const;
      }),
    ]);
    this.#volumeKeys = new Map(
      of("aws:ebs/volume:Volume")
        .filter(({ inputs }) => typeof inputs.kmsKeyId === "string")
        .map(({ id = "", inputs }) => [id, this.keyArn(String(inputs.kmsKeyId))]),
    );
    this.#bucketKeys = new Map(
      of("aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration").flatMap(
        ({ inputs }): [string, string][] => {
          const [rule] = inputs.rules as readonly EncryptionRule[];
          const key = rule?.applyServerSideEncryptionByDefault?.kmsMasterKeyId;
          return key === undefined ? [] : [[String(inputs.bucket), this.keyArn(key)]];
        },
      ),
    );
  }

  async ec2Tags(id: string): Promise<Tags> {
    const instance = this.sources.instance(id);
    if (instance !== undefined) return instance.tags;
    const filter = [{ Name: "resource-id", Values: [id] }];
    const { Tags = [] } = await this.sources.aws.ec2.send(new DescribeTagsCommand({ Filters: filter }));
    return tagMap(Tags);
  }

  group(by: { readonly name: string } | { readonly instance: string }): Promise<GroupFacts | undefined> {
    const name = "name" in by ? by.name : this.sources.instance(by.instance)?.group.name;
    return Promise.resolve(this.#groups.get(name ?? ""));
  }

  async balancerTags(arnOrName: string): Promise<Tags> {
    const { classicLoadBalancing, loadBalancing } = this.sources.aws;
    // A resource that does not exist has no tags; the call itself then says that it does not exist.
    if (!arnOrName.startsWith("arn:")) {
      const command = new DescribeClassicTagsCommand({ LoadBalancerNames: [arnOrName] });
      const described = await classicLoadBalancing.send(command).catch(() => undefined);
      return tagMap(described?.TagDescriptions?.[0]?.Tags ?? []);
    }
    const command = new DescribeBalancerTagsCommand({ ResourceArns: [arnOrName] });
    const described = await loadBalancing.send(command).catch(() => undefined);
    return tagMap(described?.TagDescriptions?.[0]?.Tags ?? []);
  }

  volumeKey(id: string): Promise<string | undefined> {
    return Promise.resolve(this.#volumeKeys.get(id));
  }

  async parameterKeys(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const filter = [{ Key: "Name", Option: "Equals", Values: [...names] }];
    const { Parameters = [] } = await this.sources.aws.ssm.send(
      new DescribeParametersCommand({ ParameterFilters: filter }),
    );
    return new Map(
      Parameters.filter(({ Type }) => Type === "SecureString").map(({ Name = "", KeyId = "" }) => [
        Name,
        this.keyArn(KeyId),
      ]),
    );
  }

  bucketKey(bucket: string): string | undefined {
    return this.#bucketKeys.get(bucket);
  }

  keyArn(id: string): string {
    const { region } = this.sources;
    return id.startsWith("arn:") ? id : (this.#keys.get(id) ?? arnOf(this, "kms", region, `key/${id}`));
  }

  objectExists(bucket: string, key: string): Promise<boolean> {
    return this.sources.aws.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).then(
      () => true,
      () => false,
    );
  }
}

interface EncryptionRule {
  readonly applyServerSideEncryptionByDefault?: { readonly kmsMasterKeyId?: string };
}

function tagMap(tags: readonly { readonly Key?: string; readonly Value?: string }[]): Tags {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}
