/** Container images of add-ons. */

/** Version of a Helm chart. */
export interface Chart {
  /** URL of the chart repository. */
  readonly repository: string;
  readonly chart: string;
  readonly version: string;
  /** Registries of the images that the chart deploys with Holdfast's values, as its values.yaml names them. */
  readonly registries: readonly string[];
}

/** Reference of a container image, or a chart that deploys images. */
export type ImageSource = string | Chart;

/** Registries of images and charts, without duplicates, in alphabetical order. */
export const registriesOf = (sources: readonly ImageSource[]): readonly string[] =>
  [
    ...new Set(sources.flatMap((source) => (typeof source === "string" ? registryOf(source) : source.registries))),
  ].sort();

/** Host of a registry's API: Docker Hub has another one than its name. */
export const registryHost = (registry: string): string =>
  registry === "docker.io" ? "registry-1.docker.io" : registry;

/** Registry of an image reference; Docker Hub if its first part is no host, as containerd resolves it. */
export function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : "docker.io";
}
