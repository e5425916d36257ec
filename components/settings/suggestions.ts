import distance from "damerau-levenshtein";

import { normalizeKey } from "./knownPaths";

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

/**
 * Settings by their names in other provisioners (eksctl, kOps, Cluster API, Terraform modules, GKE, AKS) in normalized form: a key
 * beside the unknown one, or a path. The first that exists applies.
 */
export const wordsOfOtherTools: Readonly<Record<string, readonly string[]>> = {
  ami: ["image", "cluster.nodes.images"],
  amiid: ["image", "cluster.nodes.images"],
  apiserver: ["cluster.api"],
  autoscaler: ["clusterAutoscaler", "cluster.addons.clusterAutoscaler"],
  availabilityzones: ["zones", "cluster.network.zones"],
  azs: ["zones", "cluster.network.zones"],
  capacitytype: ["onDemand"],
  cilium: ["cluster.addons.podNetwork"],
  clustercidr: ["cluster.network.podCidr"],
  clustername: ["cluster.name"],
  cni: ["cluster.addons.podNetwork"],
  coredns: ["cluster.addons.dns"],
  count: ["members", "min"],
  controlplanekubelet: ["cluster.controlPlane.kubelet"],
  desiredcapacity: ["members", "min"],
  desiredsize: ["members", "min"],
  disksize: ["sizeGiB", "rootVolume.sizeGiB"],
  endpointpublicaccess: ["cluster.api.public"],
  eventqps: ["eventRecordQPS"],
  flannel: ["cluster.addons.podNetwork"],
  iam: ["cluster.access"],
  imagegchighthreshold: ["imageGCHighThresholdPercent"],
  imagegclowthreshold: ["imageGCLowThresholdPercent"],
  instancetype: ["instanceTypes"],
  kubeapiserver: ["apiServer", "cluster.controlPlane.apiServer"],
  kubecontrollermanager: ["controllerManager", "cluster.controlPlane.controllerManager"],
  kubeletconfig: ["kubelet", "cluster.nodes.kubelet"],
  kubeletconfiguration: ["kubelet", "cluster.nodes.kubelet"],
  kubeletextraargs: ["kubelet", "cluster.nodes.kubelet"],
  kubeletextraconfig: ["kubelet", "cluster.nodes.kubelet"],
  loggroup: ["cluster.access.audit"],
  logging: ["cluster.access.audit"],
  machinetype: ["instanceType", "instanceTypes"],
  managednodegroups: ["cluster.workers"],
  master: ["cluster.controlPlane"],
  masters: ["cluster.controlPlane"],
  maxcount: ["max", "cluster.workers.<pool>.max"],
  maxsize: ["max", "cluster.workers.<pool>.max"],
  mincount: ["min", "members", "cluster.workers.<pool>.min"],
  minsize: ["min", "members", "cluster.workers.<pool>.min"],
  minimumimagettlduration: ["imageMinimumGCAge"],
  maxnonmutatinginflight: ["maxRequestsInflight"],
  maxmutatinginflight: ["maxMutatingRequestsInflight"],
  natgateway: ["cluster.network.nat"],
  natgateways: ["cluster.network.nat"],
  networking: ["cluster.network"],
  nodegroup: ["cluster.workers"],
  nodegroups: ["cluster.workers"],
  nodelabels: ["labels", "cluster.workers.<pool>.labels"],
  nodepool: ["cluster.workers"],
  nodepools: ["cluster.workers"],
  nodetaints: ["taints", "cluster.workers.<pool>.taints"],
  k8sversion: ["cluster.kubernetesVersion"],
  networkplugin: ["cluster.addons.podNetwork"],
  oidc: ["cluster.access.authentication.oidc"],
  podmaxpids: ["podPidsLimit"],
  podsubnet: ["cluster.network.podCidr"],
  publicaccess: ["public", "cluster.api.public"],
  publicaccesscidrs: ["cluster.api.public.allowedCidrs"],
  region: ["aws:region"],
  registryqps: ["registryPullQPS"],
  replicas: ["members", "min"],
  secretsencryption: ["cluster.access.encryption"],
  servicesubnet: ["cluster.network.serviceCidr"],
  size: ["sizeGiB", "members", "min"],
  singlenatgateway: ["cluster.network.nat"],
  subnets: ["cluster.network.zones"],
  version: ["cluster.kubernetesVersion"],
  vmsize: ["instanceType", "instanceTypes"],
  volumesize: ["sizeGiB", "rootVolume.sizeGiB"],
  vpccidr: ["cluster.network.vpc.cidr"],
  vpcid: ["cluster.network.vpc.id"],
  workerpools: ["cluster.workers"],
};

/** Settings with this name in another provisioner. */
export function wordsOfOtherTool(key: string): readonly string[] {
  const word = normalizeKey(key);
  return Object.hasOwn(wordsOfOtherTools, word) ? (wordsOfOtherTools[word] ?? []) : [];
}
