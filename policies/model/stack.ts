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

/** All resources of a stack, and what hangs on what. */
export class Stack {
  private readonly byType = new Map<string, Resource[]>();

  constructor(readonly resources: readonly Resource[]) {
    for (const resource of resources) {
      const others = this.byType.get(resource.type);
      if (others) others.push(resource);
      else this.byType.set(resource.type, [resource]);
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
    const candidates = this.ofType(...types);
    if (candidates.length === 0) return [];
    const sources = from.subject.propertyDependencies[input] ?? [];
    const made = candidates.filter(({ subject }) => sources.includes(subject.urn));
    if (made.length > 0) return made;
    const texts = new Set(from.at(input).knownTexts());
    const named = candidates.filter(({ subject }) => subject.identifiers.some((identifier) => texts.has(identifier)));
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
    let doubt: NotKnown | undefined;
    const found = this.ofType(...types).filter((from) => {
      try {
        return this.referredBy(from, input, to.type).includes(to);
      } catch (error) {
        if (!(error instanceof NotKnown)) throw error;
        doubt ??= error;
        return false;
      }
    });
    if (found.length === 0 && doubt !== undefined) throw doubt;
    return found;
  }
}
