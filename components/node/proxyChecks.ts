import { isIPv4 } from "node:net";

import type { ClusterSpec } from "../clusterSpec";
import { contains } from "../settings/cidr";
import type { Finding } from "../settings/problems";
import { checkDuplicates, finding } from "../settings/problems";
import { proxyEnvironment } from "./proxy.plan";

/** Longest text of all destinations without the proxy, in characters: user data of EC2 must have room for it. */
const maxNoProxy = 2048;

/** Addresses of the proxy that machines or pods cannot reach; duplicate and too many destinations. */
export function* checkProxy(spec: ClusterSpec): Iterable<Finding> {
  const { network, nodes } = spec;
  const { proxy } = nodes;
  if (proxy === undefined) return;
  const { http, https, noProxy } = proxy;
  for (const [key, url] of Object.entries({ http, https })) {
    const host = url === undefined ? "" : new URL(url).hostname;
    if (!isIPv4(host)) continue;
    const isIn = (range: string): boolean => contains(range, `${host}/32`);
    const path = ["nodes", "proxy", key];
    if (isIn("127.0.0.0/8")) {
      yield finding(path, "the address of each machine and pod itself; write an address that all of them reach");
    } else if (isIn(network.podCidr) || isIn(network.serviceCidr)) {
      const message =
        "an address of a pod or Service, but machines need the proxy before the cluster runs; write an address outside it";
      yield finding(path, message, [
        ["network", "podCidr"],
        ["network", "serviceCidr"],
      ]);
    }
  }
  const listPath = ["nodes", "proxy", "noProxy"];
  yield* checkDuplicates(listPath, noProxy);
  const { length } = proxyEnvironment(spec)["no_proxy"] ?? "";
  if (length > maxNoProxy) {
    const message = `${length} characters with the cluster's own destinations, but user data has room for ${maxNoProxy}; write wider ranges, and domains instead of names`;
    yield finding(listPath, message, [["domain"], ["network", "vpc"]]);
  }
}
