/** Flags of kubelet and control plane with and without add-ons. */
import { kubeadmDocuments } from "../../../components/node/kubeadm.plan";
import type { Document } from "../../../components/node/kubeadm.plan";
import { nodeSteps } from "../../../components/node/steps.plan";
import { specOf } from "../../specs";

const specWith = (addons: object) => specOf({ name: "blue", addons });

interface Flag {
  readonly name: string;
  readonly value: string;
}

function documents(addons: object): ReadonlyMap<string, Document> {
  const { init, join } = kubeadmDocuments(specWith(addons));
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
  ["without add-ons", { enabled: false }, undefined],
])("%s", (_what, addons, expected) => {
  const found = documents(addons);

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
  ["no add-ons: likewise", { enabled: false }, false],
])("with %s", (_what, addons, trusted) => {
  const found = documents(addons);
  expect(found.get("KubeletConfiguration")?.["serverTLSBootstrap"]).toBe(trusted);
  const flags = flagsOf(found.get("ClusterConfiguration"), "apiServer", "extraArgs");
  expect(flags["kubelet-certificate-authority"]).toBe(trusted ? "/etc/kubernetes/pki/ca.crt" : undefined);
});

test.each([
  ["leaves CoreDNS to the add-on", {}, false],
  ["deploys kubeadm's CoreDNS without the add-on", { dns: off }, true],
  ["deploys kubeadm's CoreDNS without add-ons", { enabled: false }, true],
])("a member %s", (_what, addons, kubeadms) => {
  const steps = nodeSteps(specWith(addons)).controlPlane;
  const names = steps.map(({ name }) => name);
  expect(names.includes("coredns")).toBe(kubeadms);
  // Nothing waits for a step that there is not.
  expect(steps.flatMap(({ after }) => after).filter((name) => !names.includes(name))).toEqual([]);
});
