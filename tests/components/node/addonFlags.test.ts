/** What the platform's parts ask of the machines' own components: with them, and without. */
import { kubeadmDocuments } from "../../../components/node/kubeadm.plan";
import type { Document } from "../../../components/node/kubeadm.plan";
import { nodeSteps } from "../../../components/node/steps.plan";
import { specOf } from "../../specs";

const specWith = (platform: object) => specOf({ name: "blue", platform });

interface Flag {
  readonly name: string;
  readonly value: string;
}

function documents(platform: object): ReadonlyMap<string, Document> {
  const { init, join } = kubeadmDocuments(specWith(platform));
  return new Map([...init, ...join].map((document) => [document.kind, document]));
}

const flagsOf = (document: Document | undefined, ...path: string[]): Readonly<Record<string, string>> => {
  const list = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], document) as Flag[];
  return Object.fromEntries(list.map(({ name, value }) => [name, value]));
};

const off = { enabled: false };

describe.each([
  ["with a cloud controller", {}, "external"],
  ["without one", { cloudController: off }, undefined],
  ["without a platform", { enabled: false }, undefined],
])("%s", (_what, platform, expected) => {
  const found = documents(platform);

  test("kubelets wait for it or do not, whichever way they come into the cluster", () => {
    for (const kind of ["InitConfiguration", "JoinConfiguration"]) {
      const flags = flagsOf(found.get(kind), "nodeRegistration", "kubeletExtraArgs");
      expect([kind, flags["cloud-provider"]]).toEqual([kind, expected]);
    }
  });

  test("the controller manager leaves the cloud to it, or has none", () => {
    const flags = flagsOf(found.get("ClusterConfiguration"), "controllerManager", "extraArgs");
    expect(flags["cloud-provider"]).toBe(expected);
  });
});

test.each([
  ["an approver: certificates of the cluster's authority, and no others", {}, true],
  ["none: each kubelet's own, taken on trust", { certificateApprover: off }, false],
  ["no platform: likewise", { enabled: false }, false],
])("with %s", (_what, platform, trusted) => {
  const found = documents(platform);
  expect(found.get("KubeletConfiguration")?.["serverTLSBootstrap"]).toBe(trusted);
  const flags = flagsOf(found.get("ClusterConfiguration"), "apiServer", "extraArgs");
  expect(flags["kubelet-certificate-authority"]).toBe(trusted ? "/etc/kubernetes/pki/ca.crt" : undefined);
});

test.each([
  ["leaves CoreDNS to the platform", {}, false],
  ["lays out kubeadm's where the platform has none", { dns: off }, true],
  ["lays out kubeadm's without a platform", { enabled: false }, true],
])("a member %s", (_what, platform, kubeadms) => {
  const steps = nodeSteps(specWith(platform)).controlPlane;
  const names = steps.map(({ name }) => name);
  expect(names.includes("coredns")).toBe(kubeadms);
  // Nothing waits for a step that there is not.
  expect(steps.flatMap(({ after }) => after).filter((name) => !names.includes(name))).toEqual([]);
});
