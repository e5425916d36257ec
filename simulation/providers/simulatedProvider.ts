import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { reveal } from "../../plan/program/secret";
import { deletedWith, deletionRefusal } from "../deletion";
import { simulateInvoke } from "../invokes";
import { replacementProperties, resourceTypes } from "../registry";
import { valueAt } from "../core/paths";
import type { Properties, Refusal } from "../core/resourceType";
import { allTags, defaultsKey, generatedNames, simulate, withPhysicalName } from "../simulate";
import type { DesiredResource } from "../simulate";
import type { World, WorldResource } from "../core/world";
import { AccountFile } from "./accountFile";
import type { Backend } from "./backend";
import { changedNames, readConfiguration } from "./configuration";
import type { Configuration, Failure } from "./configuration";
import { signalEngine } from "./launcher";
import { PlannedWorld, certainRefusals, previewedUpdate } from "./preview";
import { hasUnknown, withSecrets } from "./properties";

export interface Change {
  /** Names of changed properties. */
  readonly diffs: readonly string[];
  /** Names of changed properties that require a replacement. */
  readonly replaces: readonly string[];
  /** The old resource is deleted first, because the new one has the same name. */
  readonly deleteBeforeReplace: boolean;
}

/** Resource in the engine's state. */
export interface Existing {
  readonly id: string;
  readonly urn: string;
  readonly oldInputs: Properties;
  readonly outputs: Properties;
}

/** Refusals of one request; the engine shows the message. */
export class RefusedError extends Error {
  constructor(refusals: readonly Refusal[]) {
    super(refusals.map(({ property, code, message }) => `${property}: ${code}: ${message}`).join("\n"));
    this.name = "RefusedError";
  }
}

/**
 * Provider of simulated AWS resources, or of keys and certificates. Inputs and outputs hold secrets as `Secret` and, in
 * previews, the mark for unknown values.
 */
export class SimulatedProvider {
  private opened: { readonly configuration: Configuration; readonly account: AccountFile } | undefined;
  /** Account as the current preview leaves it; undefined outside of previews. */
  private planned: PlannedWorld | undefined;

  /**
   * @param packageName `aws` or `tls`
   * @param folder folder of the account between runs
   * @param backend system in which the changes are made. Default: none, the account exists in its file only.
   */
  constructor(
    readonly packageName: string,
    private readonly folder: string,
    private readonly backend?: Backend,
  ) {}

  configure(properties: Properties): void {
    const configuration = readConfiguration(properties);
    this.backend?.configure(configuration.settings);
    const account = new AccountFile(join(this.folder, `${this.packageName}.jsonl`), configuration.region);
    this.opened = { configuration, account };
  }

  /** Inputs with a generated physical name where the program sets none, and their refusals. */
  check(urn: string, olds: Properties, news: Properties): { inputs: Properties; failures: readonly Failure[] } {
    const inputs = this.withName(urn, olds, news);
    const world = this.plannedWorld();
    // A resource does not collide with its own previous state.
    const before = world.get(urn) ?? previousState(world, parseUrn(urn).type, olds);
    if (before !== undefined) world.remove(before);
    try {
      const desired = {
        ...this.desired(urn, inputs),
        ...(Object.keys(olds).length > 0 && { formerInputs: plain(olds) }),
      };
      const failures = certainRefusals(world, desired).map(({ property, code, message }) => ({
        property,
        reason: `${code}: ${message}`,
      }));
      return { inputs, failures };
    } finally {
      if (before !== undefined) world.add(before);
    }
  }

  diff({ urn, oldInputs, outputs }: Existing, news: Properties): Change {
    const { type } = parseUrn(urn);
    const known = resourceTypes.get(type);
    const diffs = changedNames(withoutDefaults(oldInputs), withoutDefaults(news));
    const outdated = known?.outdated?.({ ...outputs, ...news }, new Date());
    if (outdated !== undefined) diffs.push(outdated);
    if (this.tagsChange(outputs, news)) diffs.push("tagsAll");
    const [before, after] = [plain(oldInputs), plain(news)];
    const replaces = replacementProperties(type, after, this.open().configuration.settings).filter(
      (path) => !isDeepStrictEqual(valueAt(before, path), valueAt(after, path)),
    );
    if (outdated !== undefined) replaces.push(outdated);
    const name = known?.autoName?.property;
    const keepsName =
      known?.keepsName?.(before, after) ??
      (name !== undefined && !replaces.includes(name) && !generatedNames(news).includes(name));
    return { diffs, replaces, deleteBeforeReplace: replaces.length > 0 && keepsName };
  }

  /** @throws RefusedError with all refusals. */
  async create(urn: string, inputs: Properties, preview: boolean): Promise<{ id: string; outputs: Properties }> {
    const desired = this.desired(urn, inputs);
    if (preview) {
      await this.previewResource(desired);
      return { id: "", outputs: withoutDefaults(inputs) };
    }
    const { account } = this.startUpdate();
    const fault = account.faultOf(urn);
    if (fault !== undefined && "refusal" in fault) {
      throw new RefusedError([{ urn, ...parseUrn(urn), property: "creation", ...fault.refusal }]);
    }
    const { id, outputs, refusals } = await simulate(account.world, desired, "omit");
    if (refusals.length > 0) throw new RefusedError(refusals);
    this.save(urn, id, desired.seed);
    const created = this.existing(urn, id);
    await this.backend?.create(created).catch((error: unknown) => {
      account.delete(created);
      throw error;
    });
    this.signalEngine(urn);
    return { id, outputs: this.withSecrets(urn, outputs, inputs) };
  }

  /** @throws RefusedError with all refusals, or if the resource does not exist. */
  async update({ id, urn, oldInputs, outputs }: Existing, inputs: Properties, preview: boolean): Promise<Properties> {
    const { type } = parseUrn(urn);
    const { account } = preview ? this.open() : this.startUpdate();
    const seed = account.seedOf(urn, type, id);
    const previous = { inputs: plain(oldInputs), outputs: plain(outputs) };
    const desired = { ...this.desired(urn, inputs), seed, previous };
    if (preview) {
      await this.previewResource(desired, id);
      const recomputed = resourceTypes.get(type)?.changesWithUpdate ?? [];
      const tagsAll = "tagsAll" in outputs && !hasUnknown(inputs) ? { tagsAll: this.tagsOf(plain(inputs)) } : {};
      const expected = {
        ...previewedUpdate(previous.outputs, oldInputs, withoutDefaults(inputs), recomputed),
        ...tagsAll,
      };
      return this.withSecrets(urn, expected, inputs);
    }
    const before = this.existing(urn, id);
    account.world.remove(before);
    const renamed = before.urn !== urn;
    const outcome = await simulate(account.world, desired, "omit");
    if (outcome.refusals.length > 0) {
      account.world.add(before);
      throw new RefusedError(outcome.refusals);
    }
    if (renamed) account.delete(before);
    this.save(urn, id, seed);
    await this.backend?.update(this.existing(urn, id), before).catch((error: unknown) => {
      account.delete(this.existing(urn, id));
      account.world.add(before);
      account.save(before, seed);
      throw error;
    });
    return this.withSecrets(urn, outcome.outputs, inputs);
  }

  /** Resource with this id; undefined if there is none. Secrets stay secret. */
  async read(
    id: string,
    urn: string,
    inputs: Properties,
  ): Promise<{ inputs: Properties; outputs: Properties } | undefined> {
    const { account } = this.latest();
    const { type } = parseUrn(urn);
    const known = account.findRenamed(urn, type, id) ?? account.world.find(type, "id", id);
    const found = known && this.backend ? await this.backend.read(known) : known;
    // Somebody has deleted it in the running system.
    if (known !== undefined && found === undefined) account.delete(known);
    if (found === undefined) return undefined;
    const defaults = defaultsKey in inputs ? { [defaultsKey]: inputs[defaultsKey] } : {};
    return {
      inputs: { ...withSecrets(found.inputs, inputs), ...defaults },
      outputs: this.withSecrets(urn, found.outputs, inputs),
    };
  }

  /** Idempotent. @throws RefusedError if another resource still uses it. */
  async delete(id: string, urn: string): Promise<void> {
    const { account } = this.startUpdate();
    const found = account.findRenamed(urn, parseUrn(urn).type, id);
    if (found === undefined) return;
    const refusal = deletionRefusal(account.world, found);
    if (refusal !== undefined) throw new RefusedError([refusal]);
    const included = deletedWith(account.world, found);
    await this.backend?.delete(found, included);
    for (const resource of [...included, found]) account.delete(resource);
    this.signalEngine(urn);
  }

  /** Result of a provider function; undefined for an unknown one. */
  invoke(token: string, args: Properties): Properties | undefined {
    return simulateInvoke(token, plain(args), this.open().account.world);
  }

  private open() {
    if (this.opened === undefined) throw new Error(`the provider ${this.packageName} is not configured`);
    return this.opened;
  }

  /** Account with the latest changes of other processes. */
  private latest() {
    const opened = this.open();
    opened.account.readNewEntries();
    return opened;
  }

  /** Account for an update; discards the state of a previous preview. */
  private startUpdate() {
    this.planned = undefined;
    return this.latest();
  }

  private plannedWorld(): World {
    return this.planned?.world ?? this.latest().account.world;
  }

  /** @param id of an existing resource */
  private async previewResource(desired: DesiredResource, id?: string): Promise<void> {
    this.planned ??= new PlannedWorld(this.latest().account.world);
    const refusals = await this.planned.preview(desired, id);
    if (refusals.length > 0) throw new RefusedError(refusals);
  }

  private desired(urn: string, inputs: Properties): DesiredResource {
    const { account, configuration } = this.open();
    const { defaultTags } = configuration;
    return { urn, ...parseUrn(urn), seed: account.nextSeed(urn), inputs: plain(inputs), defaultTags };
  }

  private withName(urn: string, olds: Properties, news: Properties): Properties {
    const { type, name } = parseUrn(urn);
    const property = resourceTypes.get(type)?.autoName?.property;
    if (property === undefined || news[property] !== undefined) return news;
    const inputs = generatedNames(olds).includes(property)
      ? { ...news, [property]: olds[property] }
      : withPhysicalName(type, name, news, this.open().account.nextSeed(urn));
    return { ...inputs, [defaultsKey]: [property] };
  }

  private existing(urn: string, id: string): WorldResource {
    const { type, name } = parseUrn(urn);
    const found = this.open().account.findRenamed(urn, type, id);
    if (found !== undefined) return found;
    throw new RefusedError([{ urn, type, name, property: "id", code: "NotFound", message: `${id} does not exist` }]);
  }

  private save(urn: string, id: string, seed: string): void {
    const { account } = this.open();
    account.save(this.existing(urn, id), seed);
  }

  /** Sends the signal of an injected fault, once. */
  private signalEngine(urn: string): void {
    const { account } = this.open();
    const fault = account.faultOf(urn);
    if (fault === undefined || !("signal" in fault)) return;
    account.setFault(urn, undefined);
    signalEngine(fault.signal);
  }

  private withSecrets = (urn: string, outputs: Properties, inputs: Properties): Properties =>
    withSecrets(outputs, inputs, resourceTypes.get(parseUrn(urn).type)?.secretOutputs);

  private tagsOf = (inputs: Properties): unknown =>
    allTags({ inputs, defaultTags: this.open().configuration.defaultTags });

  /** True if the default tags of the provider changed. */
  private tagsChange(outputs: Properties, news: Properties): boolean {
    if (!("tagsAll" in outputs) || hasUnknown(news) || typeof news.tags !== "object") return false;
    return changedNames({ tagsAll: outputs.tagsAll }, { tagsAll: this.tagsOf(plain(news)) }).length > 0;
  }
}

/** State of a resource whose URN has changed (alias), found by its former inputs: the engine passes neither alias nor id. */
function previousState(world: World, type: string, olds: Properties): WorldResource | undefined {
  if (Object.keys(olds).length === 0) return undefined;
  const inputs = plain(olds);
  return [...world.all()].find((resource) => resource.type === type && isDeepStrictEqual(resource.inputs, inputs));
}

/** Inputs without the list of generated names. */
const withoutDefaults = (inputs: Properties): Properties =>
  Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== defaultsKey));

const plain = (properties: Properties): Properties => reveal(withoutDefaults(properties)) as Properties;

/** Type and name in `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */
function parseUrn(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.slice(types.lastIndexOf("$") + 1), name: name.join("::") };
}
