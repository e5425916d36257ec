import { Address4 } from "ip-address";

/** Domain of Services and pods: kubeadm's default. */
const clusterDomain = "cluster.local";

/** Link-local address of the node-local cache, as in Kubernetes' manifests (NodeLocal DNSCache). */
export const nodeLocalAddress = "169.254.20.10";

/** Address of the DNS Service: the tenth of the range, which kubeadm configures in every kubelet. */
export function dnsAddress(serviceCidr: string): string {
  const first = new Address4(serviceCidr).startAddress().bigInt();
  return Address4.fromBigInt(first + 10n).correctForm();
}

/** Corefile of CoreDNS: kubeadm's, with a lame-duck time that outlasts the update of endpoints. */
export const corefile = `.:53 {
    errors
    health {
       lameduck 10s
    }
    ready
    kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success ${clusterDomain}
       disable denial ${clusterDomain}
    }
    loop
    reload
    loadbalance
}
`;

/**
 * Corefile of the cache on every node. The cache also listens on the DNS Service's address, so that pods need no other
 * resolver. It forwards names of the cluster to CoreDNS over TCP. The program replaces the `__PILLAR__` placeholders.
 */
export function nodeLocalCorefile(serviceCidr: string): string {
  const coreDns = ["forward . __PILLAR__CLUSTER__DNS__ {", "   force_tcp", "}"];
  const zones: readonly (readonly [zone: string, ...lines: string[]])[] = [
    [
      clusterDomain,
      "cache {",
      "   success 9984 30",
      "   denial 9984 5",
      "}",
      ...coreDns,
      `health ${nodeLocalAddress}:8080`,
    ],
    ["in-addr.arpa", "cache 30", ...coreDns],
    ["ip6.arpa", "cache 30", ...coreDns],
    [".", "cache 30", "forward . __PILLAR__UPSTREAM__SERVERS__"],
  ];
  const common = [
    "errors",
    "reload",
    "loop",
    `bind ${nodeLocalAddress} ${dnsAddress(serviceCidr)}`,
    "prometheus :9253",
  ];
  return zones
    .map(([zone, ...lines]) =>
      [`${zone}:53 {`, ...[...common, ...lines].map((line) => `    ${line}`), "}", ""].join("\n"),
    )
    .join("");
}
