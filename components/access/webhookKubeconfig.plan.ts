import { configDirectory, yamlDocument } from "./configFile.plan";
import type { AskedServiceSpec } from "./spec";

/** The certificate by which kubeadm's API servers are known to kubelets; kubeadm renews it, the API server reads it anew. */
const clientCertificate = "/etc/kubernetes/pki/apiserver-kubelet-client";

/** The kubeconfig by which an API server asks a service, and where it is. */
export function askedService(name: string, service: AskedServiceSpec): { path: string; files: Record<string, string> } {
  const file = `${name}.kubeconfig`;
  const { url, certificateAuthority } = service;
  const authority = certificateAuthority && {
    "certificate-authority-data": Buffer.from(certificateAuthority).toString("base64"),
  };
  const text = yamlDocument({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: url, ...authority } }],
    users: [
      {
        name: "kube-apiserver",
        user: { "client-certificate": `${clientCertificate}.crt`, "client-key": `${clientCertificate}.key` },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: "kube-apiserver" } }],
    "current-context": name,
  });
  return { path: `${configDirectory}/${file}`, files: { [file]: text } };
}
