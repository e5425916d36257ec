import type { Box } from "./svg";
import type { Topology, ZoneTopology } from "../topology";

/** Positions of the parts of the picture: one column per zone. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly vpc: Box;
  readonly columns: readonly Box[];
  /** Undefined if the cluster has no route to or from the internet. */
  readonly internet: Box | undefined;
  readonly publicTop: number;
  readonly privateTop: number;
  readonly privateBottom: number;
  readonly balancer: Box;
  readonly controlPlaneTop: number;
  readonly etcdTop: number;
  readonly poolsTop: number;
}

export const publicHeight = 44;
export const bandHeight = 40;
export const cardHeight = 46;
/** Distance between cards or bands. */
export const cardGap = 8;

/** Space on both sides for clients and AWS APIs. */
const margin = 190;
const padding = 20;
const columnGap = 14;
/** Wide enough for a control-plane instance with its volume. */
const narrowestColumn = 215;
const leastVpcWidth = 820;

export function layOut({ zones, pools, loadBalancers }: Topology): Layout {
  const most = (count: (zone: ZoneTopology) => number): number => Math.max(0, ...zones.map(count));
  const cards = (count: number): number => count * (cardHeight + cardGap);
  const needed = zones.length * narrowestColumn + (zones.length - 1) * columnGap + 2 * padding;
  const vpcWidth = Math.max(leastVpcWidth, needed);
  const hasInternet = zones.some(({ nat }) => nat) || loadBalancers.some(({ internal }) => !internal);
  const hasPublic = zones.some(({ publicSubnet }) => publicSubnet !== undefined);

  const vpcTop = hasInternet ? 74 : 14;
  const columnTop = vpcTop + 30;
  const publicTop = columnTop + 32;
  const privateTop = hasPublic ? publicTop + publicHeight + 30 : publicTop;
  const balancerTop = privateTop + 34;
  const controlPlaneTop = balancerTop + bandHeight + 28;
  const etcdRows = most(({ etcd }) => etcd.length);
  const etcdTop = controlPlaneTop + cards(most(({ controlPlane }) => controlPlane.length)) + (etcdRows > 0 ? 20 : 0);
  const poolsTop = etcdTop + cards(etcdRows) + 16;
  const poolsBottom = poolsTop + pools.length * (bandHeight + cardGap);
  // At least as high as the box of the AWS APIs.
  const privateBottom = Math.max(poolsBottom + 8, balancerTop + 130);
  const height = privateBottom + 42;

  const column = (vpcWidth - 2 * padding - columnGap * (zones.length - 1)) / zones.length;
  return {
    width: vpcWidth + 2 * margin,
    height,
    vpc: { x: margin, y: vpcTop, width: vpcWidth, height: height - vpcTop - 8 },
    columns: zones.map((_, index) => ({
      x: margin + padding + index * (column + columnGap),
      y: columnTop,
      width: column,
      height: privateBottom + 12 - columnTop,
    })),
    internet: hasInternet ? { x: margin + vpcWidth / 2 - 160, y: 16, width: 320, height: 30 } : undefined,
    publicTop,
    privateTop,
    privateBottom,
    balancer: { x: margin + padding + 16, y: balancerTop, width: vpcWidth - 2 * padding - 32, height: bandHeight },
    controlPlaneTop,
    etcdTop,
    poolsTop,
  };
}
