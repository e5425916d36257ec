import { clearSlot, drainSlot, fillSlot, haproxyConfig } from "../../../rehearsal/services/haproxyConfig";
import type { LoadBalancer, TargetGroup } from "../../../rehearsal/aws/resources/inventory";

const api: TargetGroup = {
  arn: "arn:tg",
  name: "c-api",
  port: 6443,
  healthCheck: {
    protocol: "HTTPS",
    path: "/readyz",
    port: 0,
    interval: 5,
    timeout: 2,
    healthyThreshold: 2,
    unhealthyThreshold: 3,
  },
  closesUnhealthy: true,
  deregistrationDelay: 30,
  closesDeregistered: true,
};
const balancer = (targetGroup: TargetGroup): LoadBalancer => ({
  name: "c-api",
  dnsName: "c-api-1.elb.amazonaws.com",
  subnets: [],
  securityGroups: [],
  listeners: [{ port: 6443, targetGroup }],
});
const lines = (group: TargetGroup): string[] =>
  haproxyConfig(balancer(group), { addresses: ["10.0.15.254", "10.0.31.254"], socket: "/s/haproxy.sock" })
    .split("\n")
    .map((line) => line.trim());

test("listens on every address and checks health as planned", () => {
  const config = lines(api);
  expect(config).toEqual(
    expect.arrayContaining([
      "stats socket /s/haproxy.sock mode 600 level admin",
      "bind 10.0.15.254:6443",
      "bind 10.0.31.254:6443",
      "default_backend targets-6443",
      "option httpchk GET /readyz",
      "timeout check 2s",
      "default-server inter 5s fastinter 3s fall 3 rise 2 check-ssl verify none on-marked-down shutdown-sessions",
    ]),
  );
});

test("supports TCP checks on another port, and keeps connections to unhealthy targets as planned", () => {
  const config = lines({
    ...api,
    closesUnhealthy: false,
    healthCheck: { ...api.healthCheck, protocol: "TCP", port: 10256 },
  });
  expect(config).toContain("default-server inter 5s fastinter 3s fall 3 rise 2 port 10256");
  expect(config.some((line) => line.startsWith("option httpchk"))).toBe(false);
});

test("a new target gets no traffic, unless all targets are unhealthy", () => {
  expect(fillSlot(6443, 2, "10.0.0.4", 6443).split("; ")).toEqual([
    "set server targets-6443/target2 addr 10.0.0.4 port 6443",
    "set server targets-6443/open2 addr 10.0.0.4 port 6443",
    "set server targets-6443/target2 state ready",
    "set server targets-6443/target2 health down",
    "enable health targets-6443/target2",
    "set server targets-6443/open2 state ready",
  ]);
  expect(lines(api)).toEqual(
    expect.arrayContaining(["option allbackups", "server-template open 1-32 127.0.0.1:1 no-check backup disabled"]),
  );
});

test("a draining target keeps its connections, whatever its health", () => {
  expect(drainSlot(6443, 2).split("; ")).toEqual([
    "disable health targets-6443/target2",
    "set server targets-6443/target2 state drain",
    "set server targets-6443/open2 state drain",
  ]);
});

test("a removed target loses its connections", () => {
  expect(clearSlot(6443, 2).split("; ")).toEqual([
    "set server targets-6443/target2 state maint",
    "shutdown sessions server targets-6443/target2",
    "set server targets-6443/open2 state maint",
    "shutdown sessions server targets-6443/open2",
  ]);
});
