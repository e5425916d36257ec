import { renderYaml } from "../yaml.plan";
import { configDirectory } from "./apiServerConfig.plan";

/** Client certificate that kubeadm issues and renews for calls to kubelets; the API server reloads it when it changes. */
const clientCertificate = "/etc/kubernetes/pki/apiserver-kubelet-client";

/** An HTTPS service that the API server calls. */
interface WebhookEndpoint {
  readonly url: string;
  /** CA certificate of the service, in PEM; absent: the CAs of the machine image. */
  readonly certificateAuthority?: string | undefined;
}

/** Kubeconfig for the API server's calls to a webhook, and its path. */
export function webhookKubeconfig(name: string, { url, certificateAuthority }: WebhookEndpoint) {
  const file = `${name}.kubeconfig`;
  const cluster = {
    server: url,
    "certificate-authority-data": certificateAuthority && Buffer.from(certificateAuthority).toString("base64"),
  };
  const user = { "client-certificate": `${clientCertificate}.crt`, "client-key": `${clientCertificate}.key` };
  const text = renderYaml({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster }],
    users: [{ name: "kube-apiserver", user }],
    contexts: [{ name, context: { cluster: name, user: "kube-apiserver" } }],
    "current-context": name,
  });
  return { path: `${configDirectory}/${file}`, files: { [file]: text } };
}
