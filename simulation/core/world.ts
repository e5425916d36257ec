import { partitionOf } from "../../components/aws/partition.plan";
import { zonesOf } from "../../components/settings/regions";
import type { Properties } from "./resourceType";
import { toText } from "./text";

/** Resource that exists in the simulated account. */
export interface WorldResource {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly inputs: Properties;
  /** Includes the identifier as `id`. */
  readonly outputs: Properties;
  /** Key that no other resource of the type may share. */
  readonly uniqueKey?: string | undefined;
}

/** Simulated AWS account, seen from one of its regions. Indexed: a lookup by type and property needs no scan. */
export class World {
  /** Twelve digits. */
  readonly account: string;
  readonly partition: string;
  readonly dnsSuffix: string;
  readonly zones: readonly string[];
  private readonly byUrn: Map<string, WorldResource>;
  private readonly byType: Map<string, Set<WorldResource>>;
  private readonly holders: Map<string, WorldResource>;
  private readonly indices: Map<string, Map<unknown, Set<WorldResource>>>;

  /**
   * @param sameAccount view of the same account from another region; both share all resources.
   * @param account id of a new account.
   */
  constructor(
    readonly region: string,
    sameAccount?: World,
    account = "123456789012",
  ) {
    this.account = sameAccount?.account ?? account;
    this.byUrn = sameAccount?.byUrn ?? new Map<string, WorldResource>();
    this.byType = sameAccount?.byType ?? new Map<string, Set<WorldResource>>();
    this.holders = sameAccount?.holders ?? new Map<string, WorldResource>();
    this.indices = sameAccount?.indices ?? new Map<string, Map<unknown, Set<WorldResource>>>();
    this.partition = partitionOf(region);
    this.dnsSuffix = this.partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
    this.zones = zonesOf(region);
  }

  /** The same account in another region. */
  at(region: string): World {
    return region === this.region ? this : new World(region, this);
  }

  /** ARN of a regional resource. */
  arn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}:${this.region}:${this.account}:${resource}`;
  }

  /** ARN of a resource without a region (IAM). */
  globalArn(service: string, resource: string): string {
    return `arn:${this.partition}:${service}::${this.account}:${resource}`;
  }

  add(resource: WorldResource): void {
    this.byUrn.set(resource.urn, resource);
    if (resource.uniqueKey !== undefined) this.holders.set(`${resource.type} ${resource.uniqueKey}`, resource);
    this.ofType(resource.type).add(resource);
    for (const [name, index] of this.indices) {
      const [type, property] = name.split(" ") as [string, string];
      if (type === resource.type) addToIndex(index, resource.outputs[property], resource);
    }
  }

  remove(resource: WorldResource): void {
    if (this.byUrn.get(resource.urn) === resource) this.byUrn.delete(resource.urn);
    const holder = `${resource.type} ${toText(resource.uniqueKey)}`;
    if (this.holders.get(holder) === resource) this.holders.delete(holder);
    this.ofType(resource.type).delete(resource);
    for (const [name, index] of this.indices) {
      const [type, property] = name.split(" ") as [string, string];
      if (type === resource.type) index.get(resource.outputs[property])?.delete(resource);
    }
  }

  get(urn: string): WorldResource | undefined {
    return this.byUrn.get(urn);
  }

  /** Resource that holds a unique key. */
  holder(type: string, key: string): WorldResource | undefined {
    return this.holders.get(`${type} ${key}`);
  }

  /** Resources of a type whose output has this value. */
  where(type: string, property: string, value: unknown): readonly WorldResource[] {
    const name = `${type} ${property}`;
    let index = this.indices.get(name);
    if (index === undefined) {
      index = new Map();
      for (const resource of this.ofType(type)) addToIndex(index, resource.outputs[property], resource);
      this.indices.set(name, index);
    }
    return [...(index.get(value) ?? [])];
  }

  /** First resource of a type whose output has this value. */
  find(type: string, property: string, value: unknown): WorldResource | undefined {
    return value === undefined ? undefined : this.where(type, property, value)[0];
  }

  *all(): Generator<WorldResource> {
    for (const resources of this.byType.values()) yield* resources;
  }

  private ofType(type: string): Set<WorldResource> {
    let resources = this.byType.get(type);
    if (resources === undefined) this.byType.set(type, (resources = new Set()));
    return resources;
  }
}

function addToIndex(index: Map<unknown, Set<WorldResource>>, value: unknown, resource: WorldResource): void {
  const resources = index.get(value);
  if (resources === undefined) index.set(value, new Set([resource]));
  else resources.add(resource);
}
