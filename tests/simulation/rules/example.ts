import type { Properties } from "../../../simulation/core/resourceType";
import type { TestAccount } from "../testAccount";

export type Change = Properties | ((account: TestAccount) => Properties | Promise<Properties>);

/** Requests of one resource type that violate its rules. */
export interface Examples {
  /** Inputs that AWS accepts. */
  readonly valid: Change;
  /** By rule: a change of the valid inputs that violates it. */
  readonly violations: Readonly<Record<string, Change>>;
  /** Inputs before the update, for rules about updates. Default: a new resource. */
  readonly previous?: Readonly<Record<string, Properties>>;
}

/** Examples by resource type. */
export type ExamplesByType = Readonly<Record<string, Examples>>;
