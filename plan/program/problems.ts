import type { Refusal } from "../../simulation/core/resourceType";

/** Something that is wrong with a stack: in its settings, or with what AWS would say to it. */
export interface PlanProblem {
  /** Path in the settings, or type and name of the resource with the property. */
  readonly path: string;
  /** What was found there; AWS' error code for a refusal. */
  readonly found: string;
  /** What is wrong, or what to write instead. */
  readonly message: string;
}

/** A stack of which there is no plan; carries every problem that was found. */
export class PlanError extends Error {
  constructor(
    readonly problems: readonly PlanProblem[],
    options?: ErrorOptions,
  ) {
    super(problems.map(({ path, found, message }) => `${path}: ${found}: ${message}`).join("\n"), options);
    this.name = "PlanError";
  }
}

export const toProblem = ({ type, name, property, code, message }: Refusal): PlanProblem => ({
  path: `${type} ${name} ${property}`,
  found: code,
  message,
});
