/** Machine images of the groups of machines: the control plane, etcd and each worker pool. */

import type { ClusterSpec } from "../clusterSpec";
import type { SettingPath } from "../settings/problems";
import { isAmiId } from "../settings/textRules";
import type { WorkerPoolSpec } from "../workers/settings";

/** An image by its id, or the newest one, whose id an SSM parameter holds; a pin replaces it. */
export type ImageSource = { readonly id: string } | ImageByParameter;

export interface ImageByParameter {
  /** Name of the parameter, with the version or label if the settings have one: `/images/node:3`. */
  readonly parameter: string;
  /** AMI id in `nodes.imagePins`. */
  readonly pin?: string | undefined;
}

/** Group of machines with one image. */
export interface ImageGroup {
  /** `control-plane`, `etcd` or `worker-<pool>`: name of the Auto Scaling groups, without cluster, member and zone. */
  readonly name: string;
  readonly image: ImageSource;
  /** Setting of the id or the parameter. */
  readonly path: SettingPath;
}

/** All groups of machines of a cluster. */
export function imageGroups(spec: ClusterSpec): readonly ImageGroup[] {
  const { nodes, controlPlane, etcd, workers } = spec;
  const member = (name: string, { architecture }: Pick<typeof controlPlane, "architecture">): ImageGroup =>
    group(spec, name, nodes.images[architecture], ["nodes", "images", architecture]);
  return [
    member("control-plane", controlPlane),
    ...(etcd.topology === "external" ? [member("etcd", etcd)] : []),
    ...Object.entries(workers).map(([pool, settings]) => {
      const { image, path } = poolImage(spec, pool, settings);
      return group(spec, poolGroupName(pool), image, path);
    }),
  ];
}

/** Name of a worker pool as a group of machines. */
export const poolGroupName = (pool: string): string => `worker-${pool}`;

/** Image of a group. @throws RangeError for an unknown group. */
export function imageOf(spec: ClusterSpec, groupName: string): ImageSource {
  const found = imageGroups(spec).find(({ name }) => name === groupName);
  if (found === undefined) throw new RangeError(`unknown group of machines ${groupName}`);
  return found.image;
}

/** Parses an image in the settings: an AMI id, or a parameter with or without EC2's prefix. */
export const parseImage = (image: string, pin?: string): ImageSource =>
  isAmiId(image) ? { id: image } : { parameter: image.replace(/^resolve:ssm:/, ""), pin };

function group({ nodes }: ClusterSpec, name: string, image: string, path: SettingPath): ImageGroup {
  return { name, image: parseImage(image, nodes.imagePins[name]), path };
}

/** Image of a pool in the settings, its own or that of its kind of machine. */
function poolImage(
  { nodes }: ClusterSpec,
  name: string,
  { image, os, gpu, architecture }: WorkerPoolSpec,
): { readonly image: string; readonly path: SettingPath } {
  if (image !== undefined) return { image, path: ["workers", name, "image"] };
  if (os === "windows") return { image: nodes.windowsImage, path: ["nodes", "windowsImage"] };
  const key = gpu ? "gpuImages" : "images";
  return { image: nodes[key][architecture], path: ["nodes", key, architecture] };
}
