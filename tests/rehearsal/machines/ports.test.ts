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
  it("of a router comes from its directory alone", () => {
    expect(routerName("/a/staging")).toMatch(/^hf-[0-9a-f]{8}$/);
    expect(routerName("/a/staging")).toBe(routerName("/a/staging"));
    expect(routerName("/a/staging")).not.toBe(routerName("/b/staging"));
  });

  it("of interfaces fit into what Linux takes", () => {
    fc.assert(fc.property(fc.nat(999_999), (n) => planPort("hf-01234567", n, options).routerInterface.length <= 15));
  });

  it("of cards are local, single and the same after each boot", () => {
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
    ["no address", { ...options, addresses: [] }, /no address/],
    ["an address without a length", { ...options, addresses: ["10.0.0.1"] }, /no IPv4 address with a length/],
    ["an address that is none", { ...options, addresses: ["10.0.0.256/24"] }, /no IPv4 address with a length/],
    ["a gateway that is none", { ...options, gateway: "nowhere" }, /gateway/],
  ])("refuses %s", (_, given, message) => {
    expect(() => planPort("hf-01234567", 1, given)).toThrow(message);
  });
});

describe("the wire", () => {
  const port = planPort("hf-01234567", 3, { ...options, podCidr: "10.244.3.0/24" });

  it("gives the machine its address, its router, and a way to the router's own services", () => {
    const commands = portCommands(port);
    expect(commands).toContain("address add 10.0.16.11/20 dev eth0");
    expect(commands).toContain("route add default via 10.0.16.1 dev eth0 src 10.0.16.11");
    expect(commands).toContain("route add 169.254.169.0/24 via 10.0.16.1 dev eth0");
    expect(commands.join("\n")).toMatch(/eth0 .*address 02:.* peer name port3 .* netns hf-01234567$/m);
  });

  it("leads to the machine and its pods, and elsewhere in their ranges to nowhere", () => {
    expect(routerPortCommands(port)).toEqual([
      "address replace 10.0.16.1/32 dev port3",
      "link set port3 up",
      "route replace 10.0.16.0/20 dev void metric 1000",
      "route replace 10.0.16.11/32 dev port3 src 10.0.16.1",
      `neighbour replace 10.0.16.11 lladdr ${port.mac} dev port3 nud permanent`,
      "route replace 10.244.3.0/24 dev void metric 1000",
      "route replace 10.244.3.0/24 via 10.0.16.11 dev port3 onlink",
    ]);
    expect(routerCommands()).toContain("link set void up");
  });

  it("takes a load balancer's addresses of several subnets", () => {
    const balancer = planPort("hf-01234567", 4, { ...options, addresses: ["10.0.0.50/20", "10.0.16.50/20"] });
    expect(portCommands(balancer)).toEqual(
      expect.arrayContaining(["address add 10.0.0.50/20 dev eth0", "address add 10.0.16.50/32 dev eth0"]),
    );
    const routes = routerPortCommands(balancer).filter((command) => command.startsWith("route"));
    expect(routes).toEqual([
      "route replace 10.0.0.0/20 dev void metric 1000",
      "route replace 10.0.16.0/20 dev void metric 1000",
      "route replace 10.0.0.50/32 dev port4 src 10.0.16.1",
      "route replace 10.0.16.50/32 dev port4 src 10.0.16.1",
    ]);
  });
});
