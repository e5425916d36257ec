/** Labels of the platform's objects, as Kubernetes recommends them (kubernetes.io, "Recommended Labels"). */

export interface Labelled {
  /** Name of the program. */
  readonly name: string;
  /** Its version, without `v`. */
  readonly version?: string;
}

/** Labels of an object that belongs to a part of the platform. */
export function partLabels({ name, version }: Labelled): Readonly<Record<string, string>> {
  return {
    "app.kubernetes.io/name": name,
    ...(version !== undefined && { "app.kubernetes.io/version": version }),
    "app.kubernetes.io/part-of": "holdfast",
    "app.kubernetes.io/managed-by": "pulumi",
  };
}

/** Labels by which a workload finds its pods: they never change, or it could not be updated. */
export function selectorLabels(name: string): Readonly<Record<string, string>> {
  return { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "holdfast" };
}
