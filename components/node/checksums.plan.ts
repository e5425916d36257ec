import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * SHA-256 of upstream releases by path below an asset mirror. `checksums.txt` has the format of `sha256sum`, and the values
 * that Kubespray and kOps record (equal where both do; only Kubespray records containerd's static archive). Add a release
 * only with its published checksums.
 */
export const checksums: ReadonlyMap<string, string> = new Map(
  readFileSync(join(__dirname, "checksums.txt"), "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("  ").reverse() as [path: string, sha256: string]),
);
