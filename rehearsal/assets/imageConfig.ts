/** Configurations and manifests of container images. Pure. */

/** How containers of an image start. */
export interface ImageStart {
  readonly entrypoint?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  /** `uid:gid`. Default: root. */
  readonly user?: string | undefined;
  readonly labels?: Readonly<Record<string, string>>;
}

const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Image configuration, in the format that Docker and OCI share. @param layers digests of the uncompressed layers */
export function imageConfig(
  { entrypoint, command, user, labels }: ImageStart,
  architecture: "amd64" | "arm64",
  layers: readonly string[],
): string {
  return JSON.stringify({
    architecture,
    os: "linux",
    config: { Env: [`PATH=${searchPath}`], Entrypoint: entrypoint, Cmd: command, User: user, Labels: labels },
    rootfs: { type: "layers", diff_ids: layers },
    history: layers.map(() => ({ created_by: "holdfast rehearsal" })),
  });
}

interface Blob {
  /** `sha256:…` */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

const oci = "application/vnd.oci.image";
export const manifestType = `${oci}.manifest.v1+json`;

/** OCI image manifest. @param layerType format of the layers */
export const imageManifest = (config: Blob, layers: readonly Blob[], layerType: "tar" | "tar+gzip"): string =>
  JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: `${oci}.config.v1+json`, digest: config.digest, size: config.size },
    layers: layers.map(({ digest, size }) => ({ mediaType: `${oci}.layer.v1.${layerType}`, digest, size })),
  });
