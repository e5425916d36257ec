/** Hosts of private ECR registries, and the mirrors among them. */

/**
 * Patterns of the registries' hosts in all regions with Kubernetes' credential provider: IPv4 and dual-stack endpoints, with
 * FIPS and without (cloud-provider-aws, `ecrPrivateHostPattern`). Images of public.ecr.aws need no credentials.
 */
export const registryPatterns: readonly string[] = [
  "*.dkr.ecr.*.amazonaws.com",
  "*.dkr.ecr-fips.*.amazonaws.com",
  "*.dkr.ecr.*.amazonaws.com.cn",
  "*.dkr-ecr.*.on.aws",
  "*.dkr-ecr-fips.*.on.aws",
  "*.dkr-ecr.*.on.amazonwebservices.com.cn",
];

const privateRegistry =
  /^(?<account>\d{12})\.dkr(?:\.ecr|-ecr)(?:-fips)?\.(?<region>[a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws|on\.amazonwebservices\.com\.cn)$/;

/** Account and region of a private ECR registry; undefined for other hosts. */
export function parseRegistry(host: string): { readonly account: string; readonly region: string } | undefined {
  const { account = "", region = "" } = privateRegistry.exec(host)?.groups ?? {};
  return region === "" ? undefined : { account, region };
}

/** Region of a private ECR registry; undefined for other hosts. */
export const registryRegion = (host: string): string | undefined => parseRegistry(host)?.region;

/** Whether a mirror is in ECR: it wants credentials, which its upstream registry must not see. */
export const isEcrMirror = (url: string): boolean => registryRegion(new URL(url).host) !== undefined;

/** Registries with a mirror in ECR. */
export const registriesInEcr = (mirrors: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(mirrors).flatMap(([registry, url]) => (isEcrMirror(url) ? registry : []));
