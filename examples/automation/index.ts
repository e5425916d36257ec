/** Command line of the example: previews the cluster of a request; with `--up`, also creates or updates it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { previewCluster, updateCluster } from "./cluster";
import type { ClusterRequest, Result } from "./cluster";

const log = (text: string) => void process.stderr.write(text);

async function main([file, ...options]: readonly string[]): Promise<number> {
  if (file === undefined) throw new Error("specify a request, such as clusters/prod.json");
  const request = JSON.parse(readFileSync(file, "utf8")) as ClusterRequest;
  const preview = await previewCluster(request, log);
  print("preview", preview);
  if (!preview.succeeded || !options.includes("--up")) return preview.succeeded ? 0 : 1;

  const update = await updateCluster(request, log);
  print("update", update);
  if (update.kubeconfig === undefined) return 1;
  console.log(`kubeconfig: ${writeKubeconfig(request.stack, update.kubeconfig)}`);
  return 0;
}

function print(operation: string, { succeeded, changes, violations }: Result): void {
  const byPolicy = new Map<string, readonly string[]>();
  for (const { level, policy, message } of violations) {
    const name = `${level} ${policy}`;
    byPolicy.set(name, [...(byPolicy.get(name) ?? []), message]);
  }
  for (const [name, [first = "", ...others]] of byPolicy) {
    // The last line says what is wrong with the resource; the line above it is the requirement.
    console.log(`${name}: ${first.split("\n").at(-1)}${others.length > 0 ? ` (and ${others.length} more)` : ""}`);
  }
  const counts = Object.entries(changes).map(([change, count]) => `${count} ${change}`);
  console.log(`${operation}: ${succeeded ? counts.join(", ") : "refused by the policies"}`);
}

/** Writes a file that only its owner reads. @returns its path */
function writeKubeconfig(stack: string, kubeconfig: string): string {
  const folder = resolve("out");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${stack}.kubeconfig`);
  writeFileSync(file, kubeconfig, { mode: 0o600 });
  return file;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  },
);
