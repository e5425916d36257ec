/** Protocol and ports of a connection. `icmp` means echo requests. */
export type Traffic =
  | { readonly protocol: "tcp" | "udp"; readonly from: number; readonly to: number }
  | { readonly protocol: "icmp" | "all" };

/** First port; 0 for traffic without ports. */
export const firstPort = (traffic: Traffic): number => ("from" in traffic ? traffic.from : 0);

/** True if a rule for the outer traffic allows the inner traffic. */
export function includes(outer: Traffic, inner: Traffic): boolean {
  if (outer.protocol === "all") return true;
  if (!("from" in outer) || !("from" in inner)) return outer.protocol === inner.protocol;
  return outer.protocol === inner.protocol && outer.from <= inner.from && inner.to <= outer.to;
}

/** Part of a rule's id: `tcp-443`, `tcp-4240-4244`, `all`. */
export function trafficName(traffic: Traffic): string {
  if (!("from" in traffic)) return traffic.protocol;
  const ports = traffic.from === traffic.to ? `${traffic.from}` : `${traffic.from}-${traffic.to}`;
  return `${traffic.protocol}-${ports}`;
}
