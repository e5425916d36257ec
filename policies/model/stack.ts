import { NotKnown, Value } from "./value";

/** A resource as rules get it, wherever it comes from: the engine, or a plan. */
export interface Subject {
  readonly urn: string;
  /** Token, such as `aws:ec2/vpc:Vpc`. */
  readonly type: string;
  readonly name: string;
  readonly protect: boolean;
  /** With a mark for what is not known yet. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Tags that the provider gives everything it makes. */
  readonly defaultTags: unknown;
  /** URNs of the resources that an input was made of, by input. */
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
  /** Names and ids by which a program may refer to it in plain text. */
  readonly identifiers: readonly string[];
}

/** A resource with a reader for its inputs. */
export class Resource {
  constructor(readonly subject: Subject) {}

  get inputs(): Value {
    return new Value(this.subject.inputs, "");
  }

  get defaultTags(): Value {
    return new Value(this.subject.defaultTags, "defaultTags");
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

  /** A tag by key: an Auto Scaling group has a list of them, everything else a map. */
  tag(key: string): string | undefined {
    if (!this.type.startsWith("aws:autoscaling/")) return this.at("tags", key).text();
    return this.at("tags")
      .items()
      .find((tag) => tag.at("key").text() === key)
      ?.at("value")
      .text();
  }
}

/** Which resources refer to which. */
interface Referrers {
  readonly of: ReadonlyMap<Resource, readonly Resource[]>;
  /** Of the first that may refer to something that is not known yet. */
  readonly doubt: NotKnown | undefined;
}

/** All resources of a stack, and what hangs on what. Looking up takes as long in a stack of thousands as in a small one. */
export class Stack {
  private readonly byType = new Map<string, Resource[]>();
  private readonly byUrn = new Map<string, Resource>();
  private readonly byIdentifier = new Map<string, Resource[]>();
  private readonly referrers = new Map<string, Referrers>();
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
   * The resources of some types that an input refers to: those it was made of, else those it names in plain text.
   *
   * @throws NotKnown when it was made of nothing seen here and is not known either.
   */
  referredBy(from: Resource, input: string, ...types: readonly string[]): readonly Resource[] {
    if (!types.some((type) => this.byType.has(type))) return [];
    const isWanted = ({ type }: Resource): boolean => types.includes(type);
    const sources = from.subject.propertyDependencies[input] ?? [];
    const made = distinct(sources.flatMap((urn) => this.byUrn.get(urn) ?? []).filter(isWanted));
    if (made.length > 0) return made;
    const texts = from.at(input).knownTexts();
    const named = distinct(texts.flatMap((text) => this.byIdentifier.get(text) ?? []).filter(isWanted));
    const unknown = from.at(input).firstUnknown;
    if (named.length === 0 && unknown !== undefined) throw new NotKnown(`${from.name}.${input}`, unknown);
    return named;
  }

  /**
   * The resources of some types whose input refers to a resource.
   *
   * @throws NotKnown when none does for certain and one may.
   */
  referringTo(to: Resource, input: string, ...types: readonly string[]): readonly Resource[] {
    const { of, doubt } = this.referrersTo(to.type, input, types);
    const found = of.get(to) ?? [];
    if (found.length === 0 && doubt !== undefined) throw doubt;
    return found;
  }

  /** Whether any input of any resource was made of this one. */
  isUsed({ subject }: Resource): boolean {
    this.used ??= new Set(
      this.resources.flatMap((resource) => Object.values(resource.subject.propertyDependencies).flat()),
    );
    return this.used.has(subject.urn);
  }

  /** Found once for all resources of a type, for rules ask for one after another. */
  private referrersTo(type: string, input: string, from: readonly string[]): Referrers {
    const key = [type, input, ...from].join(" ");
    const known = this.referrers.get(key);
    if (known) return known;
    const of = new Map<Resource, Resource[]>();
    let doubt: NotKnown | undefined;
    for (const resource of this.ofType(...from)) {
      try {
        for (const target of this.referredBy(resource, input, type)) addTo(of, target, resource);
      } catch (error) {
        if (!(error instanceof NotKnown)) throw error;
        doubt ??= error;
      }
    }
    const found = { of, doubt };
    this.referrers.set(key, found);
    return found;
  }
}

const distinct = (resources: readonly Resource[]): readonly Resource[] => [...new Set(resources)];

function addTo<Key>(map: Map<Key, Resource[]>, key: Key, resource: Resource): void {
  const others = map.get(key);
  if (others) others.push(resource);
  else map.set(key, [resource]);
}
