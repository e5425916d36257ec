import type { Refusal } from "../../simulation/core/resourceType";

/** Problem of a stack: an invalid setting, or a refusal of AWS. */
export interface PlanProblem {
  /** Path of the setting, or type, name and property of the resource. */
  readonly path: string;
  /** Found value; for a refusal the error code of AWS. */
  readonly found: string;
  /** The problem, and the fix if there is one. */
  readonly message: string;
  /** File and line of a setting. */
  readonly place?: string;
}

/** Failure to plan a stack, with all problems. */
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
