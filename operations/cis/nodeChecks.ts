/** kubelet and kube-proxy: benchmark sections 4.2 and 4.3. Pure. */
import { parse } from "yaml";

import { cipherSuites } from "../../components/node/kubelet.plan";
import { always, byDefault, type CisCheck, onMachines, onProcesses } from "./check";
import {
  atLeast,
  differs,
  equals,
  flagOf,
  isSet,
  isUnset,
  onlyOf,
  orUnset,
  problemsOf,
  refused,
  type Wanted,
} from "./values";

/** Value of a document at a path such as `authentication.anonymous.enabled`, as text; lists with commas. */
function valueAt(text: string, path: string): string | undefined {
  const value = path
    .split(".")
    .reduce<unknown>(
      (found, key) =>
        typeof found === "object" && found !== null ? (found as Record<string, unknown>)[key] : undefined,
      parse(text),
    );
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.join(",") : typeof value === "string" ? value : JSON.stringify(value);
}

interface Field {
  readonly id: string;
  readonly title: string;
  readonly automated: boolean;
  /** Path in KubeletConfiguration. */
  readonly path: string;
  /** Flag, which takes precedence. */
  readonly flag: string;
  readonly wanted: Wanted;
  readonly answer: string;
  readonly fix?: string;
}

const replace = "Replace the machine: its boot writes kubelet's configuration again.";

const fields: readonly Field[] = [
  {
    ...{ id: "4.2.2", title: "kubelet asks the API server for authorization", automated: true, answer: byDefault },
    ...{ path: "authorization.mode", flag: "authorization-mode", wanted: equals("Webhook") },
  },
  {
    ...{ id: "4.2.3", title: "Authority of kubelet's clients", automated: true, answer: always },
    ...{ path: "authentication.x509.clientCAFile", flag: "client-ca-file", wanted: isSet },
  },
  {
    ...{ id: "4.2.6", title: "kubelet maintains its iptables chains", automated: true, answer: byDefault },
    ...{ path: "makeIPTablesUtilChains", flag: "make-iptables-util-chains", wanted: orUnset(equals("true")) },
  },
  {
    ...{ id: "4.2.8", title: "Events are recorded", automated: false, answer: "50 a second, Kubernetes' default." },
    ...{ path: "eventRecordQPS", flag: "event-qps", wanted: orUnset(atLeast(0)) },
  },
  {
    ...{ id: "4.2.10", title: "kubelet renews its client certificate", automated: true, answer: always },
    ...{ path: "rotateCertificates", flag: "rotate-certificates", wanted: orUnset(equals("true")) },
  },
  {
    ...{ id: "4.2.11", title: "kubelet renews its serving certificate", automated: false, answer: always },
    ...{ path: "serverTLSBootstrap", flag: "rotate-server-certificates", wanted: equals("true") },
  },
  {
    ...{ id: "4.2.12", title: "Strong ciphers", automated: false, answer: always },
    ...{ path: "tlsCipherSuites", flag: "tls-cipher-suites", wanted: onlyOf(cipherSuites) },
  },
  {
    ...{ id: "4.2.13", title: "Processes of a pod are limited", automated: false, answer: "4096 by default." },
    ...{ path: "podPidsLimit", flag: "pod-max-pids", wanted: atLeast(1) },
    fix: "Set `nodes.kubelet.podPidsLimit`.",
  },
  {
    ...{ id: "4.2.14", title: "Default seccomp profile", automated: false, answer: always },
    ...{ path: "seccompDefault", flag: "seccomp-default", wanted: equals("true") },
  },
];

const fieldCheck = ({ path, flag, wanted, fix = replace, ...check }: Field): CisCheck => ({
  ...check,
  fix,
  find: onProcesses("nodes", "kubelet", (process, { documents }) =>
    problemsOf(`kubelet's ${path}`, flagOf(process, flag) ?? valueAt(documents.kubelet, path), wanted),
  ),
});

export const nodeChecks: readonly CisCheck[] = [
  ...fields.map(fieldCheck),
  {
    ...{ id: "4.2.1", title: "Anonymous requests are refused", automated: true, answer: byDefault, fix: replace },
    find: onProcesses("nodes", "kubelet", (process, { documents, anonymous }) => {
      const path = "authentication.anonymous.enabled";
      const value = flagOf(process, "anonymous-auth") ?? valueAt(documents.kubelet, path);
      return [...problemsOf(`kubelet's ${path}`, value, equals("false")), ...refused("kubelet", anonymous.kubelet)];
    }),
  },
  {
    ...{ id: "4.2.4", title: "No port without authentication", automated: false, answer: always, fix: replace },
    find: onMachines("nodes", ({ anonymous }) =>
      anonymous.kubeletReadOnly === "000" ? [] : [`port 10255 answers with ${anonymous.kubeletReadOnly}`],
    ),
  },
  {
    ...{ id: "4.2.5", title: "Idle streams end", automated: false, fix: replace },
    answer: "After 4 hours, Kubernetes' default (`nodes.kubelet.streamingConnectionIdleTimeout`).",
    // In the file, 0 means the default; only the flag can turn the limit off.
    find: onProcesses("nodes", "kubelet", (process) => {
      const name = "streaming-connection-idle-timeout";
      return problemsOf(`kubelet --${name}`, flagOf(process, name), orUnset(differs("0")));
    }),
  },
  {
    ...{ id: "4.2.7", title: "kubelet keeps the host's name", automated: false },
    answer:
      "Not met: nodes are named after their instances, which AWS guarantees to be unique; kubelet authenticates with that name.",
    fix: "Nothing to do: AWS names the instance, and members approve only certificates for it.",
    find: onProcesses("nodes", "kubelet", (process) =>
      problemsOf("kubelet --hostname-override", flagOf(process, "hostname-override"), isUnset),
    ),
  },
  {
    ...{ id: "4.2.9", title: "Serving certificate of the cluster's authority", automated: false, fix: replace },
    answer: "kubelet requests it (`serverTLSBootstrap`) and renews it; a fixed file would expire.",
    find: onProcesses("nodes", "kubelet", (process, { documents }) => {
      const file = flagOf(process, "tls-cert-file") ?? valueAt(documents.kubelet, "tlsCertFile");
      if (file !== undefined) return [];
      return problemsOf(
        "kubelet's serverTLSBootstrap",
        valueAt(documents.kubelet, "serverTLSBootstrap"),
        equals("true"),
      );
    }),
  },
  {
    ...{ id: "4.3.1", title: "Metrics of kube-proxy on loopback", automated: true },
    answer: byDefault,
    fix: "Remove `metricsBindAddress` from the ConfigMap `kube-proxy`, and restart its DaemonSet.",
    find: onProcesses("nodes", "kube-proxy", (process, { documents }) => {
      const name = "metricsBindAddress";
      const value = flagOf(process, "metrics-bind-address") ?? valueAt(documents.kubeProxy, name);
      const onLoopback = value === undefined || value === "" || /^(127\.0\.0\.1|\[::1\]|localhost)(:|$)/.test(value);
      return onLoopback ? [] : problemsOf(`kube-proxy's ${name}`, value, differs(value));
    }),
  },
];
