/** The air-gapped example with files that a stand-in serves. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { ClusterSpec } from "../../../components/clusterSpec";
import { mirrorContents } from "../../../operations/mirror/contents.plan";
import { parseSpec } from "../../../operations/stack";
import type { StandIn } from "./standIn";

const file = "examples/stacks/Pulumi.air-gapped.yaml";
const content = readFileSync(join(__dirname, "../../..", file));

export const airGapped = (): ClusterSpec => parseSpec("air-gapped", file, content);

/** Puts a text in the place of each file, and its checksum into the settings. */
export function withFiles(standIn: StandIn): ClusterSpec {
  const sha256: Record<string, string> = {};
  for (const { path } of mirrorContents(airGapped()).files) {
    const text = Buffer.from(`content of ${path}\n`);
    standIn.files.set(path, text);
    sha256[path] = createHash("sha256").update(text).digest("hex");
  }
  const spec = airGapped();
  // After the settings' checks, which accept no checksums of gVisor.
  return { ...spec, nodes: { ...spec.nodes, assets: { ...spec.nodes.assets, sha256 } } };
}
