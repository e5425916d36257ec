/** What DNS servers of the cluster are told. */

import { Address4 } from "ip-address";

/** Domain of the cluster's Services and pods: kubeadm's. */
export const clusterDomain = "cluster.local";

/** Address of a node-local cache: link-local, as Kubernetes proposes it (NodeLocal DNSCache). */
export const nodeLocalAddress = "169.254.20.10";

/** Address of the cluster's DNS Service: the tenth of the range, as kubeadm tells every kubelet. */
export function dnsAddress(serviceCidr: string): string {
  const first = new Address4(serviceCidr).startAddress().bigInt();
  return Address4.fromBigInt(first + 10n).correctForm();
}

/** CoreDNS' configuration: kubeadm's, with a longer goodbye than endpoints need to be forgotten. */
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
 * Configuration of the cache on every node. It listens on the DNS Service's own address as well: pods need not be told of it.
 * Names of the cluster go to CoreDNS over TCP, which loses no packet. The program itself fills in the `__PILLAR__` words.
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
