/** Calls that IAM denied, and Allow statements that no call used, as text. Pure. */

export interface DeniedCall {
  /** ARN of the caller, or its address without a valid signature. */
  readonly caller: string;
  readonly action: string;
  readonly resource: string;
  readonly reason: string;
  readonly count: number;
}

export interface IamReport {
  /** `audit`: denied calls are answered nevertheless. */
  readonly mode: "enforce" | "audit";
  /** Number of decisions. */
  readonly decisions: number;
  readonly denied: readonly DeniedCall[];
  /** Parts of policies and requests that the evaluator cannot evaluate. */
  readonly unevaluated: readonly string[];
  /** Allow statements that no call used. */
  readonly unused: readonly { readonly name: string; readonly actions: readonly string[] }[];
  /** Number of Allow statements. */
  readonly allows: number;
}

/** Denied calls and what was not evaluated; nothing if there are none. */
export function describeDenials({ mode, denied, unevaluated }: IamReport): string[] {
  const verb = mode === "enforce" ? "denied" : "would be denied";
  return [
    ...denied.map(
      ({ caller, action, resource, reason, count }) =>
        `IAM: ${verb} ${count}×: ${caller}: ${action} on ${resource}: ${reason}`,
    ),
    ...unevaluated.map((part) => `IAM: cannot evaluate ${part}`),
  ];
}

/** Allow statements that no call used. */
export function describeUnused({ mode, decisions, unused, allows }: IamReport): string[] {
  const title = `IAM (${mode}): ${decisions} decisions; no call used ${unused.length} of ${allows} Allow statements:`;
  return [title, ...unused.map(({ name, actions }) => `  ${name} (${shortList(actions)})`)];
}

/** Number of actions that a line shows. */
const shownActions = 3;

function shortList(actions: readonly string[]): string {
  const rest = actions.length - shownActions;
  return [...actions.slice(0, shownActions), ...(rest > 0 ? [`and ${rest} more`] : [])].join(", ");
}
