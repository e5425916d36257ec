import { checkDuplicates, finding } from "../../settings/problems";
import type { Finding } from "../../settings/problems";
import type { EncryptionSpec } from "./settings";

export function* checkEncryption({ provider, keys, resources }: EncryptionSpec): Iterable<Finding> {
  const path = ["access", "encryption", "keys"];
  if (provider === "secretbox" && keys.length === 0) {
    yield finding(path, "is empty; write at least one key name, such as 1");
  }
  yield* checkDuplicates(path, keys);
  yield* checkDuplicates(["access", "encryption", "resources"], resources);
  if (keys.length > 4) yield finding(path, "has more keys than a rotation needs; write at most two");
}
