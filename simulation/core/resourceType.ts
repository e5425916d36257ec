import type { Unwrap } from "@pulumi/pulumi";
import type { Rule } from "./rule";
import type { World } from "./world";

export type Properties = Record<string, unknown>;

/** Arguments of a resource once every Output is known. */
export type Plain<Args> = Args extends Properties ? Args : { readonly [Key in keyof Args]: Unwrap<Args[Key]> };

/** Error that AWS (or a Kubernetes API server) would return for a request, with its own code and message. */
export interface Refusal {
  readonly urn: string;
  readonly type: string;
  /** Logical name of the resource. */
  readonly name: string;
  /** Path of the invalid input. */
  readonly property: string;
  /** Error code of the API (`InvalidSubnet.Conflict`). */
  readonly code: string;
  readonly message: string;
  /** Id of the violated rule, if it is one of docs/aws-rules.md. */
  readonly rule?: string;
}

/** Reports a refusal of the current request. */
export type Refuse = (property: string, code: string, message: string) => void;

/** Request to create or update a resource. */
export interface Request<Args> {
  readonly urn: string;
  readonly name: string;
  /** Identifiers are derived from it. A resource and its replacement have different seeds. */
  readonly seed: string;
  readonly inputs: Plain<Args>;
  /** Tags of the request: the resource's own over the provider's default tags. */
  readonly allTags: Readonly<Record<string, string>>;
  /** Every other resource. */
  readonly world: World;
  /** State before an update; undefined for a new resource. */
  readonly previous?: { readonly inputs: Plain<Args>; readonly outputs: Properties } | undefined;
  /** Inputs of the deployed resource, also in a check before an update; undefined for a new resource. */
  readonly formerInputs?: Plain<Args> | undefined;
  readonly refuse: Refuse;
}

export interface Created {
  readonly id: string;
  /** Outputs beside the inputs. */
  readonly outputs: Properties;
}

/** Simulated resource type: its checks and its outputs. */
export interface ResourceType<Args = Properties> {
  readonly token: string;
  /** Input properties whose change requires a replacement. A path names a part of one: `spec.selector`. */
  readonly replaceOn: readonly ((keyof Args & string) | `${string}.${string}`)[];
  /** Further ones, which depend on the settings of the provider and on the resource. */
  readonly alsoReplaceOn?: (settings: Properties, inputs: Plain<Args>) => readonly string[];
  /** Physical name: `<prefix><logical name>-<7 hexadecimal digits>` unless the program sets the property. */
  readonly autoName?: { readonly property: keyof Args & string; readonly prefix?: string };
  /**
   * True if a replacement has the name of the resource that it replaces, which is then deleted first. Default: true if the
   * program sets the property of `autoName` and does not change it.
   */
  readonly keepsName?: (before: Plain<Args>, after: Plain<Args>) => boolean;
  /** Key that no two resources of this type may share, and the refusal of the second one. */
  readonly unique?: (
    inputs: Plain<Args>,
  ) => { key: string; property: keyof Args & string; code: string; message: string } | undefined;
  /** Error code for deleting a resource that another one uses; default: such a deletion is allowed. */
  readonly inUseCode?: string;
  /** Resource with which AWS deletes this one: its type, and the output of this one that is its id. */
  readonly deletedWith?: { readonly type: string; readonly property: keyof Args & string };
  /** Outputs that every update changes. */
  readonly changesWithUpdate?: readonly string[];
  /** Outputs that are always secret. */
  readonly secretOutputs?: readonly string[];
  /** Name of the property that requires a replacement at this time although no input changed. */
  readonly outdated?: (outputs: Properties, now: Date) => string | undefined;
  /** Requirements of AWS, with their sources. */
  readonly rules?: readonly Rule<Args>[];
  /** Refuses further requests that AWS would refuse: unknown references, invalid names. */
  check?(request: Request<Args>): void;
  /** Computes the outputs, also for inputs that `check` has refused. */
  create(request: Request<Args>): Created | Promise<Created>;
}

/** Declares a resource type. The compiler checks its arguments, then drops their type: the registry holds all types. */
export const resourceType = <Args>(type: ResourceType<Args>): ResourceType => type as unknown as ResourceType;
