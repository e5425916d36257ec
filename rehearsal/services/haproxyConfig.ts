/**
 * haproxy configuration of a network load balancer. Pure. Targets are changed through haproxy's control socket, so that no
 * reload drops connections.
 */
import type { LoadBalancer, TargetGroup } from "../aws/resources/inventory";

/** Maximum number of targets per listener. */
export const targetSlots = 32;

export interface HaproxyFile {
  /** Addresses of the load balancer. */
  readonly addresses: readonly string[];
  /** Path of the control socket. */
  readonly socket: string;
}

export function haproxyConfig(balancer: LoadBalancer, { addresses, socket }: HaproxyFile): string {
  const lines = [
    "global",
    `  stats socket ${socket} mode 600 level admin`,
    "  maxconn 4000",
    "defaults",
    "  mode tcp",
    "  timeout connect 3s",
    // Idle timeout of a network load balancer.
    "  timeout client 350s",
    "  timeout server 350s",
    // A connection belongs to one target, so haproxy must not try another.
    "  retries 0",
    ...balancer.listeners.flatMap(({ port, targetGroup }) => [
      `frontend listener-${port}`,
      ...addresses.map((address) => `  bind ${address}:${port}`),
      `  default_backend ${backendName(port)}`,
      `backend ${backendName(port)}`,
      ...backend(targetGroup),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function backend(group: TargetGroup): string[] {
  const { healthCheck: check } = group;
  const onDown = group.closesUnhealthy ? " on-marked-down shutdown-sessions" : "";
  const port = check.port === 0 ? "" : ` port ${check.port}`;
  // haproxy counts from the end of a check, a network load balancer from its start. A failed check took its timeout.
  const betweenFailures = Math.max(1, check.interval - check.timeout);
  return [
    // If all targets are unhealthy, a network load balancer sends to all of them.
    "  option allbackups",
    ...(check.protocol === "TCP" ? [] : [`  option httpchk GET ${check.path}`, "  http-check expect status 200-399"]),
    `  timeout check ${check.timeout}s`,
    "  default-server " +
      `inter ${check.interval}s fastinter ${betweenFailures}s ` +
      `fall ${check.unhealthyThreshold} rise ${check.healthyThreshold}` +
      `${port}${check.protocol === "HTTPS" ? " check-ssl verify none" : ""}${onDown}`,
    `  server-template target 1-${targetSlots} 127.0.0.1:1 check disabled`,
    `  server-template open 1-${targetSlots} 127.0.0.1:1 no-check backup disabled`,
  ];
}

function backendName(listenerPort: number): string {
  return `targets-${listenerPort}`;
}

/** Commands that add a target to a slot. It gets no traffic before its health checks pass, unless all targets are unhealthy. */
export function fillSlot(listenerPort: number, slot: number, address: string, port: number): string {
  const [target, open] = slotNames(listenerPort, slot);
  return [
    `set server ${target} addr ${address} port ${port}`,
    `set server ${open} addr ${address} port ${port}`,
    `set server ${target} state ready`,
    `set server ${target} health down`,
    `enable health ${target}`,
    `set server ${open} state ready`,
  ].join("; ");
}

/**
 * Commands that drain a slot: its target keeps connections, but gets no new ones. Its health checks end, because only a
 * registered target can become unhealthy and lose its connections for that.
 */
export function drainSlot(listenerPort: number, slot: number): string {
  const [target, open] = slotNames(listenerPort, slot);
  return [`disable health ${target}`, ...[target, open].map((server) => `set server ${server} state drain`)].join("; ");
}

/** Commands that clear a slot and close its connections. */
export function clearSlot(listenerPort: number, slot: number): string {
  return slotNames(listenerPort, slot)
    .map((server) => `set server ${server} state maint; shutdown sessions server ${server}`)
    .join("; ");
}

function slotNames(listenerPort: number, slot: number): [target: string, open: string] {
  return [`${backendName(listenerPort)}/target${slot}`, `${backendName(listenerPort)}/open${slot}`];
}
