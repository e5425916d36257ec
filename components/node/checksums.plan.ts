import { readFileSync } from "node:fs";
import { join } from "node:path";

/** File with checksums; `npx holdfast versions --update` writes it. */
export const checksumsFile = join(__dirname, "checksums.txt");

/**
 * SHA-256 of upstream releases by path below an asset mirror. `checksums.txt` has the format of `sha256sum`, and the values
 * that Kubespray and kOps record, equal where both do. One source only: Kubespray for etcd and for containerd's static archive,
 * kOps for Kubernetes 1.37, Kubernetes' file promotion for the ECR credential provider. `npx holdfast versions` compares all with
 * the publishers', and adds releases.
 */
export const checksums: ReadonlyMap<string, string> = parseChecksums(readFileSync(checksumsFile, "utf8"));

/** SHA-256 by path, in the format of `sha256sum`. */
export function parseChecksums(text: string): ReadonlyMap<string, string> {
  const lines = text.trim().split("\n");
  return new Map(lines.map((line) => line.split("  ").reverse() as [path: string, sha256: string]));
}
