import distance from "damerau-levenshtein";

/** Candidate that the text probably meant (at most a third of its letters differ, case aside), or undefined. */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  // A text far longer than any name is no misspelling of one, and the comparison would take long.
  if (text.length > 64) return undefined;
  const ranked = Array.from(candidates, (candidate) => ({
    candidate,
    edits: distance(text.toLowerCase(), candidate.toLowerCase()).steps,
  }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((left, right) => left.edits - right.edits);
  return ranked[0]?.candidate;
}

/** End of a message about an unknown name: the nearest known one, or all of them, if there are any. */
export function suggest(text: string, known: readonly string[]): string {
  if (known.length === 0) return "none is defined";
  const meant = nearest(text, known);
  return meant === undefined ? `choose from ${known.join(", ")}` : `did you mean ${meant}?`;
}

/** Settings by their names in other provisioners, in lower case: a path below `cluster`, or a key beside the unknown one. */
const wordsOfOtherTools: Readonly<Record<string, string>> = {
  k8sversion: "cluster.kubernetesVersion",
  version: "cluster.kubernetesVersion",
  nodegroups: "cluster.workers",
  managednodegroups: "cluster.workers",
  nodepools: "cluster.workers",
  workerpools: "cluster.workers",
  natgateways: "cluster.network.nat",
  natgateway: "cluster.network.nat",
  vpccidr: "cluster.network.vpc.cidr",
  vpcid: "cluster.network.vpc.id",
  availabilityzones: "cluster.network.zones",
  podsubnet: "cluster.network.podCidr",
  servicesubnet: "cluster.network.serviceCidr",
  oidc: "cluster.access.authentication.oidc",
  cni: "cluster.addons.podNetwork",
  minsize: "min",
  mincount: "min",
  maxsize: "max",
  maxcount: "max",
  nodelabels: "labels",
  nodetaints: "taints",
  disksize: "rootVolume.sizeGiB",
  volumesize: "rootVolume.sizeGiB",
  amiid: "image",
  ami: "image",
};

/** Setting with this name in another provisioner, or undefined. */
export const wordOfOtherTool = (key: string): string | undefined =>
  Object.hasOwn(wordsOfOtherTools, key.toLowerCase()) ? wordsOfOtherTools[key.toLowerCase()] : undefined;
