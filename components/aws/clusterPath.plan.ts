/** Path of a cluster's SSM parameters and log groups, without a trailing slash: `/holdfast/<cluster>`. */
export function clusterPath(cluster: string): string {
  return `/holdfast/${cluster}`;
}
