/** gVisor's programs for pools with `sandbox: gvisor`. */

import type { ClusterSpec } from "../clusterSpec";
import type { Architecture } from "../settings/instanceTypes";

/**
 * Release, and SHA-512 of its programs as Kubespray records them; gVisor publishes no other checksums. Weekly releases work
 * with any containerd.
 */
const release = "20260817.0";
const programs = {
  runsc: {
    amd64:
      "84936438d583ec976800f464e75a83e1515f0890b451b9b4db219c4472b54ca9b106a6772ee683f1e64cce2128871d7637b14d800591f8451b8137f6c39fb2ef",
    arm64:
      "6394fd161a4af0dc9a2c29f75c3016d05275a55744f124e12023fa7666a9f161c68d6ce3803ad49205c6a7b5bee0ad2ccf48edff340db344fdafec678c788aa4",
  },
  "containerd-shim-runsc-v1": {
    amd64:
      "b60d1c418b841ab046951cc7a91f490a221198fbe81ec55dc364432578fddd44e97063793ce6651be397af2f64ec47170dff77a45db277819c3fb08fec9f3ced",
    arm64:
      "a7c0147f635938225e41c9660b95ba5235121a142c11830794e2a52b472783547e2b089bdba4f1344d30f65aeee651b377a1cafadd262a134f5e1ac10c6bf4bb",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<Architecture, string>>>>;

/** Asset name of each program in the step gvisor. */
const names = { runsc: "gvisor-runsc", "containerd-shim-runsc-v1": "gvisor-shim" } as const;

/** Asset with either checksum. */
interface GvisorAsset {
  readonly name: (typeof names)[keyof typeof names];
  /** Path below the base URL of an asset mirror; also the key in `nodes.assets.sha256`. */
  readonly path: string;
  readonly url: string;
  readonly sha256?: string;
  readonly sha512?: string;
  readonly directory: string;
  readonly binary: string;
}

/** Architecture names of gVisor: those of `uname -m`. */
const machineNames: Readonly<Record<Architecture, string>> = { amd64: "x86_64", arm64: "aarch64" };

/**
 * Assets of sandboxed pools. The bundle lists them for all workers, so that the first such pool does not change the bundle
 * and replace every machine.
 */
export function gvisorAssets(
  { nodes }: { readonly nodes: Pick<ClusterSpec["nodes"], "assets"> },
  arch: Architecture,
): readonly GvisorAsset[] {
  const { baseUrl, sha256 } = nodes.assets;
  const upstream = `https://storage.googleapis.com/gvisor/releases/release/${release}/${machineNames[arch]}`;
  return (Object.keys(programs) as (keyof typeof programs)[]).map((program) => {
    const path = `gvisor/${release}/${arch}/${program}`;
    const own = sha256[path];
    return {
      name: names[program],
      path,
      url: baseUrl === undefined ? `${upstream}/${program}` : `${baseUrl.replace(/\/+$/, "")}/${path}`,
      ...(own === undefined ? { sha512: programs[program][arch] } : { sha256: own }),
      directory: "/usr/local/bin",
      binary: program,
    };
  });
}
