/**
 * Images of Kubernetes' conformance suite. Their publisher builds them on Alpine and BusyBox; here all but one share a Debian tree
 * with the same programs, so that hosts that reach no registry can run it. The suite's own programs are those of its release. Pure.
 */
import { parseImageName } from "../../operations/mirror/imageName.plan";

/** Registry of the suite's images, and their folder there. */
export const suiteRegistry = "registry.k8s.io";
const suiteFolder = "e2e-test-images/";

/** Packages of the shared tree: what the Dockerfiles below `test/images` of Kubernetes install, by Debian's names. */
export const debianPackages: readonly string[] = [
  ...[
    "bash",
    "bind9-dnsutils",
    "bind9-host",
    "ca-certificates",
    "coreutils",
    "curl",
    "hostname",
    "iproute2",
    "iptables",
  ],
  ...["iputils-ping", "netcat-openbsd", "nginx-light", "perl", "procps", "socat", "util-linux", "wget"],
];

/** File of an image. */
export interface ImageFile {
  readonly path: string;
  /** Program of the suite, program of CoreDNS, file of Kubernetes' `test/images`, or text. */
  readonly from:
    { readonly program: string } | { readonly coredns: true } | { readonly source: string } | { readonly text: string };
  /** Default: 0755 for programs, 0644 for others. */
  readonly mode?: number;
}

export interface SuiteImage {
  /** False: without the shared tree. */
  readonly debian?: boolean;
  /** Images whose layers come first. */
  readonly base?: string;
  readonly files?: readonly ImageFile[];
  readonly directories?: readonly string[];
  /** Target by path. */
  readonly links?: Readonly<Record<string, string>>;
  /** Lines that are appended to files of the shared tree. */
  readonly appended?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
}

const coredns: ImageFile = { path: "/coredns", from: { coredns: true } };
const source = (path: string, file: string): ImageFile => ({ path, from: { source: file } });
const pets = (name: string): SuiteImage => ({
  base: "agnhost",
  files: [source(`/${name}.jpg`, `${name}/html/${name}.jpg`), source("/data.json", `${name}/html/data.json`)],
  entrypoint: ["/agnhost"],
  command: ["test-webserver"],
});

/** Serves the path of the publisher's image, from which tests move the index to make a probe fail. */
const nginxConfiguration = `events {}
http {
  access_log /dev/stdout;
  error_log /dev/stderr;
  server { listen 80 default_server; root /usr/share/nginx/html; index index.html; }
}
`;

/** Images by the last part of their names. */
export const suiteImages: Readonly<Record<string, SuiteImage>> = {
  agnhost: {
    files: [
      { path: "/agnhost", from: { program: "agnhost" } },
      coredns,
      source("/localhost.crt", "agnhost/porter/localhost.crt"),
      source("/localhost.key", "agnhost/porter/localhost.key"),
    ],
    directories: ["/uploads"],
    links: { "/agnhost-2": "agnhost" },
    // Users for tests of supplemental groups.
    appended: {
      "/etc/passwd": "user-defined-in-image:x:1000:1000::/home/user-defined-in-image:/bin/sh\n",
      "/etc/group": "user-defined-in-image:x:1000:\ngroup-defined-in-image:x:50000:user-defined-in-image\n",
    },
    entrypoint: ["/agnhost"],
    command: ["pause"],
  },
  busybox: { command: ["sh"] },
  "glibc-dns-testing": { files: [coredns], command: ["bash"] },
  "ipc-utils": { command: ["sh"] },
  kitten: pets("kitten"),
  nautilus: pets("nautilus"),
  nginx: {
    files: [
      { path: "/etc/nginx/nginx.conf", from: { text: nginxConfiguration } },
      { path: "/usr/share/nginx/html/index.html", from: { text: "<title>nginx</title>\n" } },
    ],
    command: ["nginx", "-g", "daemon off;"],
  },
  nonewprivs: {
    files: [{ path: "/usr/local/bin/nnp", from: { program: "nonewprivs" }, mode: 0o6755 }],
    command: ["nnp"],
  },
  nonroot: { command: ["bash"], user: "1234" },
  perl: { command: ["perl", "-de0"] },
  "sample-apiserver": {
    debian: false,
    files: [{ path: "/sample-apiserver", from: { program: "sample-apiserver" } }],
    directories: ["/etc", "/tmp"],
    entrypoint: ["/sample-apiserver"],
  },
};

export interface SuiteImageName {
  /** Key in {@link suiteImages}. */
  readonly key: string;
  readonly repository: string;
  readonly tag: string;
}

/** The suite's image of a full name; undefined: another image, or one that is not built. */
export function suiteImageOf(reference: string): SuiteImageName | undefined {
  const { registry, repository, tag } = parseImageName(reference);
  if (registry !== suiteRegistry || !repository.startsWith(suiteFolder) || tag === undefined) return undefined;
  const key = repository.slice(suiteFolder.length);
  return key in suiteImages ? { key, repository, tag } : undefined;
}
