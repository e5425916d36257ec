/** Images of the groups of machines: in use, pinned, newest. Pure. */
import type { ImageGroup } from "../../components/machines/images.plan";

/** Machine image as EC2 describes it. */
export interface Image {
  readonly id: string;
  readonly name: string;
  readonly created: Date;
  /** Date after which the publisher advises against the image; absent: none announced. */
  readonly deprecated?: Date | undefined;
}

/** Answers of AWS about the images of a cluster. */
export interface ImageFacts {
  /** Images in the launch templates of a group, one entry per Auto Scaling group; absent: not deployed. */
  readonly templates: ReadonlyMap<string, readonly string[]>;
  /** Images of a group's machines, one entry per machine. */
  readonly machines: ReadonlyMap<string, readonly string[]>;
  /** AMI id that a parameter holds; absent: no such parameter. */
  readonly newest: ReadonlyMap<string, string>;
  /** By AMI id; absent: deregistered, or not visible to the account. */
  readonly images: ReadonlyMap<string, Image>;
}

export interface ImageStatus {
  /** `control-plane`, `etcd` or `worker-<pool>`. */
  readonly group: string;
  /** Source in the settings. */
  readonly source: "pin" | "parameter" | "id";
  /** Absent with an AMI id in the settings. */
  readonly parameter?: string | undefined;
  /** AMI id in the settings; absent: the one that the group was created with. */
  readonly configured?: string | undefined;
  /** AMI id in the launch template; absent: not deployed. */
  readonly inUse?: string | undefined;
  readonly image?: Image | undefined;
  /** Age of the image in use, in days. */
  readonly ageDays?: number | undefined;
  /** Reason to replace the image in use because of its age; absent: none. */
  readonly warning?: string | undefined;
  /** Number of machines, and of those with the image in use. */
  readonly machines: number;
  readonly upToDate: number;
  /** AMI id that the parameter holds. */
  readonly newest?: string | undefined;
  readonly newestImage?: Image | undefined;
}

/** Accepted age of images at a time. */
export interface AgeLimit {
  readonly now: Date;
  /** Default: any age. */
  readonly maxDays?: number | undefined;
}

const dayMs = 86_400_000;

/** Age of an image in whole days, and the reason to replace it. */
function ageOf({ created, deprecated }: Image, { now, maxDays }: AgeLimit): Pick<ImageStatus, "ageDays" | "warning"> {
  const ageDays = Math.floor((now.getTime() - created.getTime()) / dayMs);
  if (deprecated !== undefined && deprecated <= now) {
    return { ageDays, warning: `deprecated by its publisher since ${deprecated.toISOString().slice(0, 10)}` };
  }
  const isOld = maxDays !== undefined && ageDays > maxDays;
  return { ageDays, warning: isOld ? `${ageDays} days old, more than nodes.maxImageAgeDays (${maxDays})` : undefined };
}

/** Status of every group of machines. */
export function imageStatus(groups: readonly ImageGroup[], facts: ImageFacts, limit: AgeLimit): readonly ImageStatus[] {
  return groups.map(({ name, image }) => {
    const inUse = facts.templates.get(name)?.at(-1);
    const machines = facts.machines.get(name) ?? [];
    const used = facts.images.get(inUse ?? "");
    const common = {
      group: name,
      inUse,
      image: used,
      ...(used && ageOf(used, limit)),
      machines: machines.length,
      upToDate: machines.filter((id) => id === inUse).length,
    };
    if ("id" in image) return { ...common, source: "id", configured: image.id };
    const newest = facts.newest.get(image.parameter);
    return {
      ...common,
      source: image.pin === undefined ? "parameter" : "pin",
      parameter: image.parameter,
      configured: image.pin,
      newest,
      newestImage: facts.images.get(newest ?? ""),
    };
  });
}

/**
 * Groups whose pin an update changes, with the newest image of their parameters. Without names: all groups with a parameter.
 * @throws Error with all reasons for which a group cannot be updated; the update is then incomplete and must not be written.
 */
export function planUpdate(
  statuses: readonly ImageStatus[],
  names: readonly string[],
  settingOf: (group: string) => string,
): ReadonlyMap<string, Image> {
  const selected = statuses.filter(({ group, parameter }) =>
    names.length > 0 ? names.includes(group) : parameter !== undefined,
  );
  const problems = selected.flatMap(({ group, parameter, newest, newestImage }) => {
    if (parameter === undefined) {
      return `${group}: ${settingOf(group)} is an AMI id, so no newest image is known; change the id there`;
    }
    if (newest === undefined) return `${group}: SSM parameter ${parameter} does not exist; change ${settingOf(group)}`;
    if (newestImage !== undefined) return [];
    return `${group}: SSM parameter ${parameter} holds ${newest}, which is not an image that this account can use`;
  });
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return new Map(
    selected.flatMap(({ group, inUse, configured, newestImage }) =>
      newestImage === undefined || (configured ?? inUse) === newestImage.id ? [] : [[group, newestImage] as const],
    ),
  );
}
