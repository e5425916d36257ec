/** Names of container images. Pure. */
import { registryHost, registryOf } from "../../components/addons/shared/images.plan";

export interface ImageName {
  /** Registry as containerd's configuration and `nodes.registryMirrors` name it. */
  readonly registry: string;
  readonly repository: string;
  /** Absent only with a digest. */
  readonly tag?: string | undefined;
  /** `sha256:…`, if the name pins one. */
  readonly digest?: string | undefined;
}

/** Parts of an image name; the tag is `latest` without tag and digest, as containerd resolves it. */
export function parseImageName(name: string): ImageName {
  const [withTag = "", digest] = name.split("@");
  const registry = registryOf(withTag);
  const path = withTag.startsWith(`${registry}/`) ? withTag.slice(registry.length + 1) : withTag;
  const [, repository = path, tag] = /^(.*?)(?::([^/:]+))?$/.exec(path) ?? [];
  const isOfficial = registry === "docker.io" && !repository.includes("/");
  return {
    registry,
    repository: isOfficial ? `library/${repository}` : repository,
    tag: tag ?? (digest === undefined ? "latest" : undefined),
    digest,
  };
}

/** API root of a registry, without a path below `/v2`. Loopback has no TLS. */
export function apiRoot(registry: string): string {
  const host = registryHost(registry);
  const scheme = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host) ? "http" : "https";
  return `${scheme}://${host}/v2`;
}
