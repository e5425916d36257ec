import { createHash } from "node:crypto";
import { Address4 } from "ip-address";
import { blackholeInterface } from "./firewall";
import type { Port, PortOptions } from "./types";

/** Length of an interface name that Linux takes (IFNAMSIZ without the closing zero). */
const longestInterfaceName = 15;

/** EC2's largest frame within a VPC. */
const mtu = 9001;

/** Name of a rehearsal's router namespace: derived from its directory's path, so that two rehearsals never share one. */
export function routerName(directory: string): string {
  return `hf-${createHash("sha256").update(directory).digest("hex").slice(0, 8)}`;
}

/** A locally administered address, the same for the same name each time: neighbours' caches survive a reboot. */
export function pinnedMac(namespace: string, end: "machine" | "router"): string {
  const digest = createHash("sha256").update(`${namespace} ${end}`).digest("hex");
  return ["02", ...(digest.slice(0, 10).match(/../g) ?? [])].join(":");
}

/** Names and addresses of the `index`-th port. Throws if an address is no IPv4 address with a length. */
export function planPort(router: string, index: number, options: PortOptions): Port {
  const namespace = `${router}-${index}`;
  const routerInterface = `port${index}`;
  if (routerInterface.length > longestInterfaceName) throw new Error(`port ${index} has no room for its name`);
  if (options.addresses.length === 0) throw new Error(`port ${options.name} has no address`);
  for (const address of options.addresses) {
    if (!address.includes("/") || !Address4.isValid(address)) {
      throw new Error(`port ${options.name}: "${address}" is no IPv4 address with a length, such as 10.0.0.11/20`);
    }
  }
  if (!Address4.isValid(options.gateway)) throw new Error(`port ${options.name}: gateway "${options.gateway}"`);
  return { ...options, namespace, routerInterface, router, mac: pinnedMac(namespace, "machine") };
}

/** `10.0.0.11/20` as `10.0.0.11`. */
export const plainAddress = (address: string): string => address.split("/")[0] ?? address;

/** Commands of `ip -batch` in the router's namespace, once, when it is made. */
export function routerCommands(): string[] {
  return [
    "link set lo up",
    // A bridge without ports: it routes, which makes the router answer for every address of a subnet as AWS's does, and what
    // goes there is lost.
    `link add ${blackholeInterface} type bridge`,
    `link set ${blackholeInterface} up`,
  ];
}

/** Commands of `ip -batch` in the port's namespace: both ends of the wire, addresses, routes. */
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
    `route add 169.254.169.0/24 via ${plainAddress(port.gateway)} dev eth0`,
  ];
}

/** Commands of `ip -batch` in the router's namespace that lead to a port. */
export function routerPortCommands(port: Port): string[] {
  const device = port.routerInterface;
  const gateway = plainAddress(port.gateway);
  const hosts = port.addresses.map(plainAddress);
  return [
    `address replace ${gateway}/32 dev ${device}`,
    `link set ${device} up`,
    ...port.addresses.map((address) => `route replace ${subnetOf(address)} dev ${blackholeInterface} metric 1000`),
    ...hosts.flatMap((host) => [
      `route replace ${host}/32 dev ${device} src ${gateway}`,
      // Fixed, so that a machine that died is silent instead of "no route to host" after three seconds.
      `neighbour replace ${host} lladdr ${port.mac} dev ${device} nud permanent`,
    ]),
    ...(port.podCidr === undefined
      ? []
      : [
          `route replace ${port.podCidr} dev ${blackholeInterface} metric 1000`,
          `route replace ${port.podCidr} via ${hosts[0] ?? ""} dev ${device} onlink`,
        ]),
  ];
}

function subnetOf(address: string): string {
  const parsed = new Address4(address);
  return `${parsed.startAddress().correctForm()}/${parsed.subnetMask}`;
}
