import type { Unwrap } from "@pulumi/pulumi";
import type { World } from "./world";

export type Properties = Record<string, unknown>;

/** A resource's arguments once every Output is known. */
export type Plain<Args> = Args extends Properties ? Args : { readonly [Key in keyof Args]: Unwrap<Args[Key]> };

/** One reason for which AWS would not take a resource, in the words that AWS would use. */
export interface Refusal {
  readonly urn: string;
  readonly type: string;
  /** Logical name of the resource. */
  readonly name: string;
  /** Path of the input that is at fault. */
  readonly property: string;
  /** Error code of the AWS API (`InvalidSubnet.Conflict`). */
  readonly code: string;
  readonly message: string;
}

/** What the world is asked to make or to change. */
export interface Request<Args> {
  readonly urn: string;
  readonly name: string;
  /** Differs between a resource and the one that replaces it; identifiers are derived from it. */
  readonly seed: string;
  readonly inputs: Plain<Args>;
  /** Holds everything but the resource itself. */
  readonly world: World;
  /** The inputs and outputs before, when an existing resource is changed. */
  readonly previous?: { readonly inputs: Plain<Args>; readonly outputs: Properties };
  readonly refuse: (property: string, code: string, message: string) => void;
}

export interface Created {
  readonly id: string;
  /** Everything that the resource says beside its inputs. */
  readonly outputs: Properties;
}

/** What is known of one resource type. */
export interface ResourceType<Args = Properties> {
  readonly token: string;
  /** Input properties of which any change needs a new resource. */
  readonly replaceOn: readonly (keyof Args & string)[];
  /** Physical name made from the logical one, with 7 random digits, where the program gives none. */
  readonly autoName?: { readonly property: keyof Args & string; readonly longest: number; readonly prefix?: string };
  /** What no two resources of this type may share; the message names it. */
  readonly unique?: (
    inputs: Plain<Args>,
  ) => { key: string; property: keyof Args & string; code: string; message: string } | undefined;
  /** Error code with which AWS refuses to delete the resource while another one uses it; absent: it does not refuse. */
  readonly guardedBy?: string;
  /** Outputs that a change of the resource gives a new value. */
  readonly changesWithUpdate?: readonly string[];
  /** Outputs that are secret whatever the inputs are. */
  readonly secretOutputs?: readonly string[];
  /** Name of the property for which a resource must be replaced by now although nothing was changed. */
  readonly outdated?: (outputs: Properties, now: Date) => string | undefined;
  /** Refuses what AWS would refuse. */
  check?(request: Request<Args>): void;
  /** Outputs; must cope with inputs that `check` has refused. */
  create(request: Request<Args>): Created | Promise<Created>;
}

/** Declares a type with its arguments checked by the compiler, and forgets them: the registry holds all kinds. */
export const resourceType = <Args>(type: ResourceType<Args>): ResourceType => type as unknown as ResourceType;
