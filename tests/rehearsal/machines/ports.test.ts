import fc from "fast-check";
import {
  pinnedMac,
  planPort,
  portCommands,
  routerCommands,
  routerName,
  routerPortCommands,
} from "../../../rehearsal/machines/ports";

const options = { name: "i-0a", addresses: ["10.0.16.11/20"], gateway: "10.0.16.1" };

describe("names", () => {
  it("of a router depends only on its directory", () => {
    expect(routerName("/a/staging")).toMatch(/^hf-[0-9a-f]{8}$/);
    expect(routerName("/a/staging")).toBe(routerName("/a/staging"));
    expect(routerName("/a/staging")).not.toBe(routerName("/b/staging"));
  });

  it("of interfaces fit Linux's limit", () => {
    fc.assert(fc.property(fc.nat(999_999), (n) => planPort("hf-01234567", n, options).routerInterface.length <= 15));
  });

  it("of network cards are local, unicast and stable", () => {
    fc.assert(
      fc.property(fc.string(), (namespace) => {
        const mac = pinnedMac(namespace, "machine");
        return (
          /^02(:[0-9a-f]{2}){5}$/.test(mac) &&
          mac === pinnedMac(namespace, "machine") &&
          mac !== pinnedMac(namespace, "router")
        );
      }),
    );
  });
});

describe("planPort", () => {
  it.each([
    ["a port without addresses", { ...options, addresses: [] }, /needs an address/],
    ["an address without prefix", { ...options, addresses: ["10.0.0.1"] }, /must be an IPv4 address with its prefix/],
    ["an invalid address", { ...options, addresses: ["10.0.0.256/24"] }, /must be an IPv4 address with its prefix/],
    ["an invalid gateway", { ...options, gateway: "nowhere" }, /invalid gateway/],
  ])("refuses %s", (_, given, message) => {
    expect(() => planPort("hf-01234567", 1, given)).toThrow(message);
  });
});

describe("network commands", () => {
  const port = planPort("hf-01234567", 3, { ...options, podCidr: "10.244.3.0/24" });

  it("give the machine its address, its router, and a route to the service addresses", () => {
    const commands = portCommands(port);
    expect(commands).toContain("address add 10.0.16.11/20 dev eth0");
    expect(commands).toContain("route add default via 10.0.16.1 dev eth0 src 10.0.16.11");
    expect(commands).toContain("route add 169.254.169.0/24 via 10.0.16.1 dev eth0");
    expect(commands.join("\n")).toMatch(/eth0 .*address 02:.* peer name port3 .* netns hf-01234567$/m);
  });

  it("route to the machine and its pods, and drop the rest of their ranges", () => {
    expect(routerPortCommands(port)).toEqual([
      "address replace 10.0.16.1/32 dev port3",
      "link set port3 up",
      "route replace 10.0.16.0/20 dev blackhole metric 1000",
      "route replace 10.0.16.11/32 dev port3 src 10.0.16.1",
      `neighbour replace 10.0.16.11 lladdr ${port.mac} dev port3 nud permanent`,
      "route replace 10.244.3.0/24 dev blackhole metric 1000",
      "route replace 10.244.3.0/24 via 10.0.16.11 dev port3 onlink",
    ]);
    expect(routerCommands()).toContain("link set blackhole up");
  });

  it("support a load balancer's addresses in several subnets", () => {
    const balancer = planPort("hf-01234567", 4, { ...options, addresses: ["10.0.0.50/20", "10.0.16.50/20"] });
    expect(portCommands(balancer)).toEqual(
      expect.arrayContaining(["address add 10.0.0.50/20 dev eth0", "address add 10.0.16.50/32 dev eth0"]),
    );
    const routes = routerPortCommands(balancer).filter((command) => command.startsWith("route"));
    expect(routes).toEqual([
      "route replace 10.0.0.0/20 dev blackhole metric 1000",
      "route replace 10.0.16.0/20 dev blackhole metric 1000",
      "route replace 10.0.0.50/32 dev port4 src 10.0.16.1",
      "route replace 10.0.16.50/32 dev port4 src 10.0.16.1",
    ]);
  });
});
