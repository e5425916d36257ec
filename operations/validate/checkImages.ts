/** Checks of the age of the machine images in use. Pure. */
import type { Facts } from "./facts";
import { type Check, checksOf, inArea, orSummary } from "./result";

const { area, warning } = inArea("images");

/** An old image is a warning: its machines run, and need a newer one. */
export function checkImages({ images }: Pick<Facts, "images">): readonly Check[] {
  const checks = checksOf(area, area, images, (all) =>
    all.flatMap(({ group, inUse = "", warning: reason }) =>
      reason === undefined ? [] : warning(group, `${inUse} is ${reason}`),
    ),
  );
  const ages = images.known ? images.value.flatMap(({ ageDays }) => ageDays ?? []) : [];
  return orSummary(area, checks, ages.length === 0 ? "ages unknown" : `oldest in use is ${Math.max(...ages)} days old`);
}
