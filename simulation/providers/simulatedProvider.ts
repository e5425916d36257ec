import { join } from "node:path";

import { reveal } from "../../plan/program/secret";
import { deletionRefusal } from "../deletion";
import { answer } from "../invokes";
import { resourceTypes } from "../registry";
import type { Properties, Refusal } from "../core/resourceType";
import { simulate, withPhysicalName } from "../simulate";
import type { Wanted } from "../simulate";
import type { World, WorldResource } from "../core/world";
import { AccountFile } from "./accountFile";
import { changedNames, readConfiguration } from "./configuration";
import type { Configuration, Failure } from "./configuration";
import { PlannedWorld, certainRefusals, previewedUpdate } from "./preview";
import { hasUnknown, withSecrets } from "./properties";

/** Input in which a provider notes which properties it has named itself; Pulumi's AWS provider does the same. */
const ownNames = "__defaults";

export interface Change {
  /** Names of properties that differ. */
  readonly diffs: readonly string[];
  /** Of these, what only a new resource can have. */
  readonly replaces: readonly string[];
  /** The old resource has to go first: the new one has its name. */
  readonly deleteBeforeReplace: boolean;
}

/** A resource that the engine knows already. */
export interface Existing {
  readonly id: string;
  readonly urn: string;
  readonly oldInputs: Properties;
  readonly outputs: Properties;
}

/** AWS' answer to what it would not do; the engine shows the message. */
export class Refused extends Error {
  constructor(refusals: readonly Refusal[]) {
    super(refusals.map(({ property, code, message }) => `${property}: ${code}: ${message}`).join("\n"));
    this.name = "Refused";
  }
}

/**
 * The simulated AWS (or its keys and certificates) as the engine talks to a provider. Inputs and outputs hold secrets as
 * `Secret` and, in previews, the mark for what is not known.
 */
export class SimulatedProvider {
  private opened: { readonly configuration: Configuration; readonly account: AccountFile } | undefined;
  /** While a preview is going on. */
  private planned: PlannedWorld | undefined;

  /**
   * @param packageName `aws` or `tls`
   * @param folder that keeps the account between runs
   */
  constructor(
    readonly packageName: string,
    private readonly folder: string,
  ) {}

  configure(properties: Properties): void {
    const configuration = readConfiguration(properties);
    const account = new AccountFile(join(this.folder, `${this.packageName}.jsonl`), configuration.region);
    this.opened = { configuration, account };
  }

  /** The inputs with a physical name where AWS wants one, and why AWS would refuse them. */
  check(urn: string, olds: Properties, news: Properties): { inputs: Properties; failures: readonly Failure[] } {
    const inputs = this.named(urn, olds, news);
    const world = this.foreseen();
    // What a resource may not share with others it may share with what it was before.
    const before = world.get(urn);
    if (before !== undefined) world.remove(before);
    try {
      const failures = certainRefusals(world, this.wanted(urn, inputs)).map(({ property, code, message }) => ({
        property,
        reason: `${code}: ${message}`,
      }));
      return { inputs, failures };
    } finally {
      if (before !== undefined) world.add(before);
    }
  }

  diff({ urn, oldInputs, outputs }: Existing, news: Properties): Change {
    const { type } = parse(urn);
    const known = resourceTypes.get(type);
    const diffs = changedNames(asked(oldInputs), asked(news));
    const outdated = known?.outdated?.({ ...outputs, ...news }, new Date());
    if (outdated !== undefined) diffs.push(outdated);
    if (this.tagsChange(outputs, news)) diffs.push("tagsAll");
    const replaces = diffs.filter((name) => name === outdated || known?.replaceOn.includes(name));
    const name = known?.autoName?.property;
    const keepsName = name !== undefined && !replaces.includes(name) && !namedHere(news).includes(name);
    return { diffs, replaces, deleteBeforeReplace: replaces.length > 0 && keepsName };
  }

  /** @throws Refused with everything that AWS would refuse. */
  async create(urn: string, inputs: Properties, preview: boolean): Promise<{ id: string; outputs: Properties }> {
    const wanted = this.wanted(urn, inputs);
    if (preview) {
      await this.announce(wanted);
      return { id: "", outputs: asked(inputs) };
    }
    const { account } = this.acting();
    const { id, outputs, refusals } = await simulate(account.world, wanted, "leave out");
    if (refusals.length > 0) throw new Refused(refusals);
    this.keep(urn, id, wanted.seed);
    return { id, outputs: this.secretly(urn, outputs, inputs) };
  }

  /** @throws Refused with everything that AWS would refuse, and when there is no such resource any more. */
  async update({ id, urn, oldInputs, outputs }: Existing, inputs: Properties, preview: boolean): Promise<Properties> {
    const { type } = parse(urn);
    const { account } = preview ? this.open() : this.acting();
    const seed = account.seedOf(urn, id);
    const previous = { inputs: plain(oldInputs), outputs: plain(outputs) };
    const wanted = { ...this.wanted(urn, inputs), seed, previous };
    if (preview) {
      await this.announce(wanted);
      const recomputed = resourceTypes.get(type)?.changesWithUpdate ?? [];
      const tagsAll = "tagsAll" in outputs && !hasUnknown(inputs) ? { tagsAll: this.tagsOf(plain(inputs)) } : {};
      const expected = { ...previewedUpdate(previous.outputs, oldInputs, asked(inputs), recomputed), ...tagsAll };
      return this.secretly(urn, expected, inputs);
    }
    const before = this.existing(urn, id);
    account.world.remove(before);
    const outcome = await simulate(account.world, wanted, "leave out");
    if (outcome.refusals.length > 0) {
      account.world.add(before);
      throw new Refused(outcome.refusals);
    }
    this.keep(urn, id, seed);
    return this.secretly(urn, outcome.outputs, inputs);
  }

  /** What exists under an identifier, or nothing. Values are secret where they were so far. */
  read(id: string, urn: string, inputs: Properties): { inputs: Properties; outputs: Properties } | undefined {
    const { account } = this.current();
    const { type } = parse(urn);
    const found = account.find(urn, type, id) ?? account.world.find(type, "id", id);
    if (found === undefined) return undefined;
    const ownNamed = ownNames in inputs ? { [ownNames]: inputs[ownNames] } : {};
    return {
      inputs: { ...withSecrets(found.inputs, inputs), ...ownNamed },
      outputs: this.secretly(urn, found.outputs, inputs),
    };
  }

  /** @throws Refused when another resource still uses it. What is gone already is no error. */
  delete(id: string, urn: string): void {
    const { account } = this.acting();
    const found = account.find(urn, parse(urn).type, id);
    if (found === undefined) return;
    const refusal = deletionRefusal(account.world, found);
    if (refusal !== undefined) throw new Refused([refusal]);
    account.delete(found);
  }

  /** The answer to a question, or nothing where the simulation does not know it. */
  invoke(token: string, args: Properties): Properties | undefined {
    return answer(token, plain(args), this.open().account.world);
  }

  private open() {
    if (this.opened === undefined) throw new Error(`the provider ${this.packageName} is not configured`);
    return this.opened;
  }

  /** With what other processes have done by now. */
  private current() {
    const opened = this.open();
    opened.account.catchUp();
    return opened;
  }

  /** For what changes the account: nothing is foreseen any more. */
  private acting() {
    this.planned = undefined;
    return this.current();
  }

  private foreseen(): World {
    return this.planned?.world ?? this.current().account.world;
  }

  private async announce(wanted: Wanted): Promise<void> {
    this.planned ??= new PlannedWorld(this.current().account.world);
    const refusals = await this.planned.announce(wanted);
    if (refusals.length > 0) throw new Refused(refusals);
  }

  private wanted(urn: string, inputs: Properties): Wanted {
    const { account, configuration } = this.open();
    const { defaultTags } = configuration;
    return { urn, ...parse(urn), seed: account.nextSeed(urn), inputs: plain(inputs), defaultTags };
  }

  private named(urn: string, olds: Properties, news: Properties): Properties {
    const { type, name } = parse(urn);
    const property = resourceTypes.get(type)?.autoName?.property;
    if (property === undefined || news[property] !== undefined) return news;
    const inputs = namedHere(olds).includes(property)
      ? { ...news, [property]: olds[property] }
      : withPhysicalName(type, name, news, this.open().account.nextSeed(urn));
    return { ...inputs, [ownNames]: [property] };
  }

  private existing(urn: string, id: string): WorldResource {
    const { type, name } = parse(urn);
    const found = this.open().account.find(urn, type, id);
    if (found !== undefined) return found;
    throw new Refused([{ urn, type, name, property: "id", code: "NotFound", message: `${id} does not exist` }]);
  }

  private keep(urn: string, id: string, seed: string): void {
    const { account } = this.open();
    account.keep(this.existing(urn, id), seed);
  }

  private secretly = (urn: string, outputs: Properties, inputs: Properties): Properties =>
    withSecrets(outputs, inputs, resourceTypes.get(parse(urn).type)?.secretOutputs);

  private tagsOf = ({ tags }: Properties): unknown => ({
    ...this.open().configuration.defaultTags,
    ...(tags as Record<string, string>),
  });

  /** The provider's own tags have changed under a resource that has not. */
  private tagsChange(outputs: Properties, news: Properties): boolean {
    if (!("tagsAll" in outputs) || hasUnknown(news) || typeof news.tags !== "object") return false;
    return changedNames({ tagsAll: outputs.tagsAll }, { tagsAll: this.tagsOf(plain(news)) }).length > 0;
  }
}

/** Inputs as the program has given them. */
const asked = (inputs: Properties): Properties =>
  Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== ownNames));

const plain = (properties: Properties): Properties => reveal(asked(properties)) as Properties;

const namedHere = ({ [ownNames]: noted }: Properties): readonly unknown[] => (Array.isArray(noted) ? noted : []);

/** Type and name in `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */
function parse(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.slice(types.lastIndexOf("$") + 1), name: name.join("::") };
}
