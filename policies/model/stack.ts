import { UnknownInputError, Value } from "./value";

/** Resource to evaluate, from the engine or from a plan. */
export interface Subject {
  readonly urn: string;
  /** Type token, such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  readonly name: string;
  readonly protect: boolean;
  /** Inputs that are unknown before the update are instances of `Unknown`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Default tags of the provider. */
  readonly defaultTags: unknown;
  /** Region of the provider, for resources of AWS. */
  readonly region?: unknown;
  /** URNs of the resources whose outputs an input uses, by input. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** Names and ids that other inputs may use to refer to this resource. */
  readonly identifiers: readonly string[];
}

/** Typed access to a resource. */
export class Resource {
  constructor(readonly subject: Subject) {}

  get inputs(): Value {
    return new Value(this.subject.inputs, "");
  }

  get defaultTags(): Value {
    return new Value(this.subject.defaultTags, "defaultTags");
  }

  get region(): Value {
    return new Value(this.subject.region, "region");
  }

  get type(): string {
    return this.subject.type;
  }

  get name(): string {
    return this.subject.name;
  }

  get protect(): boolean {
    return this.subject.protect;
  }

  at(...keys: readonly string[]): Value {
    return this.inputs.at(...keys);
  }

  /** Value of a tag. Auto Scaling groups have a list of tags, other resources a map. */
  tag(key: string): string | undefined {
    if (!this.type.startsWith("aws:autoscaling/")) return this.at("tags", key).string();
    return this.at("tags")
      .items()
      .find((tag) => tag.at("key").string() === key)
      ?.at("value")
      .string();
  }
}

/** References through one input, by target. */
interface References {
  readonly byTarget: ReadonlyMap<Resource, readonly Resource[]>;
  /** Error of the first resource with an unknown reference. */
  readonly unknown: UnknownInputError | undefined;
}

/** All resources of a stack and their references, indexed so that lookups do not depend on the size of the stack. */
export class Stack {
  private readonly byType = new Map<string, Resource[]>();
  private readonly byUrn = new Map<string, Resource>();
  private readonly byIdentifier = new Map<string, Resource[]>();
  private readonly cache = new Map<string, References>();
  private used: ReadonlySet<string> | undefined;

  constructor(readonly resources: readonly Resource[]) {
    for (const resource of resources) {
      addTo(this.byType, resource.type, resource);
      this.byUrn.set(resource.subject.urn, resource);
      for (const identifier of new Set(resource.subject.identifiers)) addTo(this.byIdentifier, identifier, resource);
    }
  }

  ofType(...types: readonly string[]): readonly Resource[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /**
   * Resources of the given types that an input refers to, by dependency or else by name or id.
   *
   * @throws UnknownInputError if the input is unknown and has no matching dependency.
   */
  referencedBy(from: Resource, input: string, ...types: readonly string[]): readonly Resource[] {
    if (!types.some((type) => this.byType.has(type))) return [];
    const isWanted = ({ type }: Resource): boolean => types.includes(type);
    const sources = from.subject.propertyDependencies[input] ?? [];
    const dependencies = distinct(sources.flatMap((urn) => this.byUrn.get(urn) ?? []).filter(isWanted));
    if (dependencies.length > 0) return dependencies;
    const strings = from.at(input).knownStrings();
    const named = distinct(strings.flatMap((string) => this.byIdentifier.get(string) ?? []).filter(isWanted));
    const unknown = from.at(input).firstUnknown;
    if (named.length === 0 && unknown !== undefined) throw new UnknownInputError(`${from.name}.${input}`, unknown);
    return named;
  }

  /**
   * Resources of the given types whose input refers to a resource.
   *
   * @throws UnknownInputError if no resource is known to and one may.
   */
  referencing(to: Resource, input: string, ...types: readonly string[]): readonly Resource[] {
    const { byTarget, unknown } = this.references(to.type, input, types);
    const found = byTarget.get(to) ?? [];
    if (found.length === 0 && unknown !== undefined) throw unknown;
    return found;
  }

  /** True if an input of any resource uses an output of this one. */
  isUsed({ subject }: Resource): boolean {
    this.used ??= new Set(
      this.resources.flatMap((resource) => Object.values(resource.subject.propertyDependencies).flat()),
    );
    return this.used.has(subject.urn);
  }

  /** Computed once per type, because rules query every resource of a type. */
  private references(type: string, input: string, from: readonly string[]): References {
    const key = [type, input, ...from].join(" ");
    const known = this.cache.get(key);
    if (known) return known;
    const byTarget = new Map<Resource, Resource[]>();
    let unknown: UnknownInputError | undefined;
    for (const resource of this.ofType(...from)) {
      try {
        for (const target of this.referencedBy(resource, input, type)) addTo(byTarget, target, resource);
      } catch (error) {
        if (!(error instanceof UnknownInputError)) throw error;
        unknown ??= error;
      }
    }
    const found = { byTarget, unknown };
    this.cache.set(key, found);
    return found;
  }
}

const distinct = (resources: readonly Resource[]): readonly Resource[] => [...new Set(resources)];

function addTo<Key>(map: Map<Key, Resource[]>, key: Key, resource: Resource): void {
  const others = map.get(key);
  if (others) others.push(resource);
  else map.set(key, [resource]);
}
