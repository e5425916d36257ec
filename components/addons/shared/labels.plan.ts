/** Program that an add-on runs. */
export interface Program {
  readonly name: string;
  /** Without `v`. */
  readonly version?: string;
}

/** Labels of an add-on's object (kubernetes.io, "Recommended Labels"). */
export function recommendedLabels({ name, version }: Program): Readonly<Record<string, string>> {
  return {
    ...selectorLabels(name),
    ...(version !== undefined && { "app.kubernetes.io/version": version }),
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** Labels that select a workload's pods. A workload with other ones could not be updated. */
export function selectorLabels(name: string): Readonly<Record<string, string>> {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "holdfast" };
}
