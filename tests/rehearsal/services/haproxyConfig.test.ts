import { haproxyConfig } from "../../../rehearsal/services/haproxyConfig";
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
