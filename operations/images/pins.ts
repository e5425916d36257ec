/** The setting `nodes.imagePins` in the text of a stack file. Pure. */
import { Scalar, isScalar } from "yaml";

import { changeSettings, settingPath } from "../stackSettings";
import type { Image } from "./imageStatus";

/** End of the comments that `setPins` writes, such as `al2023-ami-2023.9…, created 2026-11-20`. */
const ownComment = /, created \d{4}-\d{2}-\d{2}$/;

/**
 * Pins images of groups of machines in a stack file, each with a comment that names the image. Keeps all other comments, also
 * those that a person wrote beside a pin.
 * @param images new image by group.
 * @throws Error if the file has no cluster, or if the settings are invalid with the pins.
 */
export const setPins = (text: string, images: ReadonlyMap<string, Image>): string =>
  changeSettings(text, (document) => {
    for (const [group, { id, name, created }] of images) {
      const path = settingPath("nodes", "imagePins", group);
      const pin = new Scalar(id);
      const before = document.getIn(path, true);
      const byPerson = isScalar(before) && before.comment && !ownComment.test(before.comment);
      pin.comment = byPerson ? before.comment : ` ${name}, created ${created.toISOString().slice(0, 10)}`;
      if (isScalar(before)) pin.commentBefore = before.commentBefore;
      document.setIn(path, pin);
    }
  });
