import { createHash } from "node:crypto";
import { Address4 } from "ip-address";
import { serviceRange } from "../services/serviceAddresses";
import { blackholeInterface } from "./firewall";
import type { Port, PortOptions } from "./types";

/** Maximum length of an interface name on Linux (IFNAMSIZ without the final zero). */
const maxInterfaceName = 15;

/** MTU within a VPC on EC2. */
export const mtu = 9001;

/** Name of a rehearsal's router namespace: a hash of its directory's path, unique per rehearsal. */
export function routerName(directory: string): string {
  return `hf-${createHash("sha256").update(directory).digest("hex").slice(0, 8)}`;
}

/** Locally administered MAC address, a hash of the name: neighbor caches stay valid over a reboot. */
export function pinnedMac(namespace: string, end: "machine" | "router"): string {
  const digest = createHash("sha256").update(`${namespace} ${end}`).digest("hex");
  return ["02", ...(digest.slice(0, 10).match(/../g) ?? [])].join(":");
}

/** Names and addresses of the `index`-th port. @throws on addresses that are not IPv4 addresses with a prefix length */
export function planPort(router: string, index: number, options: PortOptions): Port {
  const namespace = `${router}-${index}`;
  const routerInterface = `port${index}`;
  if (routerInterface.length > maxInterfaceName) throw new Error(`the interface name of port ${index} is too long`);
  if (options.addresses.length === 0) throw new Error(`port ${options.name} needs an address`);
  for (const address of options.addresses) {
    if (!address.includes("/") || !Address4.isValid(address)) {
      throw new Error(`port ${options.name}: "${address}" must be an IPv4 address with its prefix, e.g. 10.0.0.11/20`);
    }
  }
  if (!Address4.isValid(options.gateway)) throw new Error(`port ${options.name}: invalid gateway "${options.gateway}"`);
  return { ...options, namespace, routerInterface, router, mac: pinnedMac(namespace, "machine") };
}

/** `10.0.0.11/20` as `10.0.0.11`. */
export const plainAddress = (address: string): string => address.split("/")[0] ?? address;

/** `ip -batch` commands that prepare the router's namespace. */
export function routerCommands(): string[] {
  return [
    "link set lo up",
    // A bridge without ports is routable, so the router answers for every address of a subnet, as AWS's does.
    `link add ${blackholeInterface} type bridge`,
    `link set ${blackholeInterface} up`,
  ];
}

/** `ip -batch` commands in the port's namespace: both ends of the link, addresses, routes. */
export function portCommands(port: Port): string[] {
  const [first, ...others] = port.addresses;
  return [
    "link set lo up",
    `link add eth0 mtu ${mtu} address ${port.mac} type veth peer name ${port.routerInterface} mtu ${mtu} ` +
      `address ${pinnedMac(port.namespace, "router")} netns ${port.router}`,
    `address add ${first ?? ""} dev eth0`,
    ...others.map((address) => `address add ${plainAddress(address)}/32 dev eth0`),
    "link set eth0 up",
    `route add ${plainAddress(port.gateway)}/32 dev eth0`,
    `route add default via ${plainAddress(port.gateway)} dev eth0 src ${plainAddress(first ?? "")}`,
    `route add ${serviceRange} via ${plainAddress(port.gateway)} dev eth0`,
  ];
}

/** `ip -batch` commands in the router's namespace: routes to a port. */
export function routerPortCommands(port: Port): string[] {
  const { podCidr, routerInterface: device } = port;
  const gateway = plainAddress(port.gateway);
  const hosts = port.addresses.map(plainAddress);
  return [
    `address replace ${gateway}/32 dev ${device}`,
    `link set ${device} up`,
    ...port.addresses.map((address) => `route replace ${subnetOf(address)} dev ${blackholeInterface} metric 1000`),
    ...hosts.flatMap((host) => [
      `route replace ${host}/32 dev ${device} src ${gateway}`,
      // With a permanent neighbor entry a dead machine is silent, not "no route to host" after three seconds.
      `neighbour replace ${host} lladdr ${port.mac} dev ${device} nud permanent`,
    ]),
    ...(podCidr === undefined
      ? []
      : [
          `route replace ${podCidr} dev ${blackholeInterface} metric 1000`,
          `route replace ${podCidr} via ${hosts[0] ?? ""} dev ${device} onlink`,
        ]),
  ];
}

function subnetOf(address: string): string {
  const parsed = new Address4(address);
  return `${parsed.startAddress().correctForm()}/${parsed.subnetMask}`;
}
