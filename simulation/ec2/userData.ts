import { toText } from "../core/text";

/** Decoded user data of a launch template; empty without user data. */
export const decodeUserData = (encoded: unknown): Buffer => Buffer.from(toText(encoded ?? ""), "base64");

/** Ids of the volumes that user data names. */
export const volumeIdsIn = (userData: Buffer): ReadonlySet<string> =>
  new Set(userData.toString("utf8").match(/\bvol-[0-9a-f]{8,17}\b/g));
