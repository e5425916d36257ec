import { apiPort } from "../../../components/api/address.plan";
import type { Content, Markup } from "./markup";
import { markup } from "./markup";
import type { Box } from "./svg";
import { arrow, arrowTip, truncateToWidth, label, path, rectangle, wrapped } from "./svg";
import type { Instance, Topology, ZoneTopology } from "../topology";
import type { Layout } from "./layout";
import { bandHeight, cardGap, cardHeight, layOut, publicHeight } from "./layout";

/** SVG of the cluster by zone. The style sheet of the page defines the colors. */
export function drawTopology(topology: Topology): Markup {
  const layout = layOut(topology);
  const { zones, vpc, pools } = topology;
  const { width, height, columns } = layout;
  const title = `VPC ${vpc.cidr}${vpc.existing ? ` (${vpc.id}, existing)` : ""}`;
  return markup`<svg class="topology" viewBox="0 0 ${width} ${height}" style="min-width: ${Math.round(width * 0.75)}px" role="img" aria-labelledby="drawing-title drawing-text">
<title id="drawing-title">The cluster by zone</title>
<desc id="drawing-text">${describeTopology(topology)}</desc>
${arrowTip}
${rectangle(layout.vpc, "vpc", 14)}${label(layout.vpc.x + 20, layout.vpc.y + 20, title, "title")}
${zones.map((zone, index) => drawZone(zone, columns[index], layout))}
${drawInternet(topology, layout)}
${drawBalancers(topology, layout)}
${zones.map((zone, index) => drawInstances(zone, columns[index], layout))}
${pools.map((pool, index) => drawPool(pool, zones, layout, layout.poolsTop + index * (bandHeight + cardGap)))}
${drawOutside(topology, layout)}
</svg>`;
}

/** Text alternative of the picture, for screen readers. */
function describeTopology({ zones, pools, loadBalancers }: Topology): string {
  const instances = zones.map(
    ({ name, controlPlane, etcd }) => `${name}: ${controlPlane.length} control plane, ${etcd.length} etcd instances`,
  );
  const names = loadBalancers.map(({ dnsName }) => dnsName).join(" and ");
  return `${instances.join("; ")}. Load balancer ${names}. Pools: ${pools.map(({ name }) => name).join(", ") || "none"}.`;
}

function drawZone(zone: ZoneTopology, column: Box | undefined, layout: Layout): Content {
  if (!column) return undefined;
  const { publicTop, privateTop, privateBottom } = layout;
  const inside = { x: column.x + 8, width: column.width - 16 };
  const address = (subnet: ZoneTopology["publicSubnet"]): string => subnet?.cidr ?? subnet?.id ?? "";
  const publicRoom = inside.width - (zone.nat ? 90 : 20);
  return [
    rectangle(column, "zone", 10),
    label(column.x + 12, column.y + 20, truncateToWidth(zone.name, column.width - 24), "zone-name"),
    zone.publicSubnet && [
      rectangle({ ...inside, y: publicTop, height: publicHeight }, "public", 8),
      label(
        inside.x + 10,
        publicTop + 26,
        truncateToWidth(`public ${address(zone.publicSubnet)}`, publicRoom),
        "small",
      ),
    ],
    rectangle({ ...inside, y: privateTop, height: privateBottom - privateTop }, "private", 8),
    label(
      inside.x + 10,
      privateTop + 18,
      truncateToWidth(`private ${address(zone.privateSubnet)}`, inside.width - 20),
      "small",
    ),
  ];
}

/** NAT gateways and their routes. A zone without a NAT gateway uses that of another zone. */
function drawInternet({ zones, loadBalancers }: Topology, layout: Layout): Content {
  const { columns, internet, privateTop, publicTop, balancer, vpc } = layout;
  if (!internet) return undefined;
  const exit = (column: Box): number => column.x + column.width - 52;
  const gateways = columns.filter((_, index) => zones[index]?.nat === true).map(exit);
  const [first] = gateways;
  const others = first === undefined ? [] : columns.filter((_, index) => zones[index]?.nat === false);
  const middle = internet.y + internet.height / 2;
  return [
    rectangle(internet, "outside", 15),
    label(internet.x + internet.width / 2, internet.y + 20, "Internet", "centered"),
    others.map((column) => path(`M${exit(column)} ${privateTop} V${privateTop - 15} H${first ?? 0}`, false)),
    gateways.map((x) => [
      path(`M${x} ${privateTop} V${publicTop + 37}`),
      path(routeToInternet(x, publicTop + 8, internet)),
      rectangle({ x: x - 30, y: publicTop + 9, width: 60, height: 26 }, "nat", 13),
      label(x, publicTop + 26, "NAT", "centered"),
    ]),
    loadBalancers.some(({ internal }) => !internal) &&
      path(`M${internet.x} ${middle} H${vpc.x - 16} V${balancer.y + 9} H${balancer.x - 2}`),
  ];
}

/** Line upwards, then sideways unless the internet box is straight above. */
function routeToInternet(x: number, y: number, internet: Box): string {
  const [left, right] = [internet.x, internet.x + internet.width];
  if (x > left && x < right) return `M${x} ${y} V${internet.y + internet.height + 2}`;
  return `M${x} ${y} V${internet.y + internet.height / 2} H${x < left ? left - 2 : right + 2}`;
}

/** Band of the load balancers over all zones, with its clients and its targets. */
function drawBalancers({ loadBalancers, zones }: Topology, { balancer, columns, controlPlaneTop }: Layout): Content {
  const names = loadBalancers.map(({ dnsName, internal }) => `${dnsName}${internal ? "" : " (internet)"}`).join(" · ");
  const room = balancer.width - 24;
  const middle = balancer.y + bandHeight / 2;
  return [
    rectangle({ x: 14, y: balancer.y - 14, width: 134, height: 68 }, "outside", 10),
    label(81, middle - 4, "kubectl, CI,", "centered small"),
    label(81, middle + 12, "peered networks", "centered small"),
    arrow(149, middle, balancer.x - 2, middle),
    columns
      .filter((_, index) => (zones[index]?.controlPlane.length ?? 0) > 0)
      .map(({ x, width }) => arrow(x + width / 2, balancer.y + bandHeight, x + width / 2, controlPlaneTop - 2)),
    rectangle(balancer, "balancer", 8),
    label(balancer.x + 12, balancer.y + 17, truncateToWidth(`Network load balancer, TCP ${apiPort}`, room), "strong"),
    label(balancer.x + 12, balancer.y + 33, truncateToWidth(names, room), "small"),
  ];
}

function drawInstances(zone: ZoneTopology, column: Box | undefined, { controlPlaneTop, etcdTop }: Layout): Content {
  if (!column) return undefined;
  const center = column.x + column.width / 2;
  const pitch = cardHeight + cardGap;
  const row = (instances: readonly Instance[], top: number, kind: string, title: string): Content =>
    instances.map((instance, index) => {
      const box = { x: column.x + 20, y: top + index * pitch, width: column.width - 40, height: cardHeight };
      return drawInstance(instance, box, kind, title);
    });
  const meet = zone.controlPlane.length > 0 && zone.etcd.length > 0;
  return [
    row(zone.controlPlane, controlPlaneTop, "control-plane", "control plane"),
    row(zone.etcd, etcdTop, "etcd", "etcd"),
    meet && arrow(center, controlPlaneTop + zone.controlPlane.length * pitch - cardGap, center, etcdTop - 2),
  ];
}

function drawInstance({ member, instanceType, volume }: Instance, box: Box, kind: string, title: string): Content {
  const room = box.width - (volume ? 78 : 20);
  return [
    rectangle(box, kind, 8),
    label(box.x + 10, box.y + 19, truncateToWidth(`${title} ${member}`, room), "strong"),
    label(box.x + 10, box.y + 36, truncateToWidth(instanceType, room), "small"),
    volume && drawVolume(volume, box.x + box.width - 64, box.y + 6),
  ];
}

function drawVolume({ name, sizeGiB }: NonNullable<Instance["volume"]>, x: number, y: number): Content {
  const middle = x + 28;
  return markup`<g class="volume"><title>${name}, ${sizeGiB} GiB</title><path d="M${x} ${y + 5} v24 a28 5 0 0 0 56 0 v-24"/><ellipse cx="${middle}" cy="${y + 5}" rx="28" ry="5"/>${label(middle, y + 25, `${sizeGiB} GiB`, "centered small")}</g>`;
}

function drawPool(
  pool: Topology["pools"][number],
  zones: readonly ZoneTopology[],
  { columns, balancer }: Layout,
  y: number,
): Content {
  const { name, min, max, purchase, architecture } = pool;
  const [first, second] = columns;
  const size = min === max ? String(min) : `${min}–${max}`;
  const types = `${pool.types} (${architecture})`;
  const room = (column: Box | undefined): number => (column?.width ?? 0) - 66;
  const left = balancer.x + 12;
  return [
    rectangle({ ...balancer, y }, "pool", 8),
    label(left, y + 17, truncateToWidth(`${name}: ${size}`, room(first)), "strong"),
    label(left, y + 33, truncateToWidth(second ? purchase : `${types}, ${purchase}`, room(first)), "small"),
    second &&
      wrapped(types, room(second) + 6).map((line, index, { length }) =>
        label(second.x + 10, y + (length === 1 ? 25 : 17 + index * 16), line, "small"),
      ),
    columns.map((column, index) => {
      const zone = zones[index]?.name ?? "";
      const [kind, what] = pool.zones.includes(zone) ? ["used", "instances"] : ["unused", "no instances"];
      return markup`<circle class="${kind}" cx="${column.x + column.width - 32}" cy="${y + bandHeight / 2}" r="6"><title>${what} in ${zone}</title></circle>`;
    }),
  ];
}

/** AWS APIs that the instances call, and the route from the workers to the Kubernetes API. */
function drawOutside({ endpoints, vpc }: Topology, { balancer, poolsTop, width, ...layout }: Layout): Content {
  const box = { x: width - 148, y: balancer.y - 14, width: 134, height: 132 };
  const throughNat = vpc.existing ? "by the VPC's routes" : "through NAT";
  const way = endpoints.length > 0 ? `${endpoints.length} endpoints` : throughNat;
  const lines = ["AWS APIs", "S3, SSM, KMS,", "EC2, Auto Scaling,", "Route 53", way];
  const right = layout.vpc.x + layout.vpc.width;
  const [from, to] = [poolsTop + bandHeight / 2, balancer.y + 30];
  return [
    rectangle(box, "outside", 10),
    lines.map((line, index) =>
      label(box.x + 67, box.y + 24 + index * 22, line, index === 0 ? "centered strong" : "centered small"),
    ),
    arrow(right - 26, balancer.y + 62, box.x - 2, balancer.y + 62),
    path(`M${balancer.x - 1} ${from} H${layout.vpc.x + 12} V${to} H${balancer.x - 3}`),
  ];
}
