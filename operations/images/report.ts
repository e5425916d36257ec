/** Images as text. */
import { alignColumns } from "../../cli/columns";
import { describeAge } from "../etcd/backups";
import type { Image, ImageStatus } from "./imageStatus";

const day = (time: Date): string => time.toISOString().slice(0, 10);

const none = "-";

/** Table of all groups of machines, and what to do next. */
export function formatImages(stack: string, statuses: readonly ImageStatus[], now: Date): readonly string[] {
  const rows = statuses.map((status) => [
    status.group,
    describeMachines(status),
    status.inUse ?? "not deployed",
    ...describeCreation(status.inUse, status.image, now),
    status.newest ?? none,
    ...describeCreation(status.newest, status.newestImage, now).slice(0, 1),
    describeSource(status),
  ]);
  const outdated = statuses.filter(isOutdated).map(({ group }) => group);
  return [
    ...alignColumns([["Group", "Machines", "Image", "Created", "Age", "Newest", "Created", "Remarks"], ...rows]),
    ...(outdated.length === 0
      ? []
      : [
          "",
          `Newer images exist for ${outdated.join(", ")}. pulumi up keeps the current ones until you pin the new ones:`,
          `  npx holdfast images ${stack} --update${outdated.length < statuses.length ? ` ${outdated.join(" ")}` : ""}`,
        ]),
  ];
}

/** True if the newest image differs from the one that the settings select. */
function isOutdated({ newest, configured, inUse }: ImageStatus): boolean {
  const selected = configured ?? inUse;
  return newest !== undefined && selected !== undefined && newest !== selected;
}

function describeMachines({ machines, upToDate }: ImageStatus): string {
  return upToDate === machines ? String(machines) : `${upToDate} of ${machines}`;
}

function describeCreation(id: string | undefined, image: Image | undefined, now: Date): [string, string] {
  if (image !== undefined) return [day(image.created), describeAge(image.created, now)];
  return [id === undefined ? none : "unknown", none];
}

function describeSource({
  source,
  parameter,
  configured,
  inUse,
  newest,
  image,
  warning = "",
  upToDate,
  machines,
}: ImageStatus): string {
  const remarks = [
    source === "pin" ? "pinned" : source === "id" ? "AMI id in the settings" : "not pinned",
    inUse !== undefined && configured !== undefined && inUse !== configured
      ? `settings have ${configured}: run pulumi up`
      : "",
    upToDate < machines ? "rollout not finished" : "",
    warning,
    inUse !== undefined && image === undefined ? "the image in use was deregistered or is not visible" : "",
    parameter !== undefined && newest === undefined ? `no SSM parameter ${parameter}` : "",
  ];
  return remarks.filter(Boolean).join("; ");
}

/** Result of an update. */
export function formatUpdate(
  stack: string,
  statuses: readonly ImageStatus[],
  images: ReadonlyMap<string, Image>,
): readonly string[] {
  if (images.size === 0) return ["The settings already select the newest images."];
  const rows = [...images].map(([group, { id, name, created }]) => {
    const { configured, inUse } = statuses.find((status) => status.group === group) ?? {};
    return [group, `${configured ?? inUse ?? "not deployed"} → ${id}`, `${name}, created ${day(created)}`];
  });
  const file = `stacks/Pulumi.${stack}.yaml`;
  return [
    ...alignColumns(rows),
    "",
    `Wrote nodes.imagePins to ${file}. The cluster is unchanged so far.`,
    "",
    `  git diff ${file}`,
    `  pulumi up --stack ${stack}    rolls the images out, members one at a time`,
    `  git checkout ${file}    cancels; after the rollout, revert the commit and run pulumi up to roll back`,
  ];
}
