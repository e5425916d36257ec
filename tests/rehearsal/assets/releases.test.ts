/** Official releases for rehearsals, from a loopback stand-in. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { createTar } from "nanotar";

import { releaseAssets } from "../../../components/node/assets.plan";
import { coreDnsImage } from "../../../components/node/images.plan";
import { componentVersions, supportedKubernetesVersions } from "../../../components/node/kubernetesVersions.plan";
import { releaseProbes, releaseSteps } from "../../../rehearsal/assets/releases";
import { type Releases, applySoftwareOptions, chooseSoftware } from "../../../rehearsal/assets/software";
import { buildSteps, stepKey } from "../../../rehearsal/assets/store";
import { StandIn, digestOf } from "../../operations/mirror/standIn";

const onLinux = process.platform === "linux" ? describe : describe.skip;
const version = supportedKubernetesVersions.at(-1) ?? "";
const versions = componentVersions(version);
const assets = releaseAssets(versions, "amd64");
const coredns = coreDnsImage(version);
const [repository = "", tag = ""] = coredns.split(":");

const publishers = new StandIn();
let folder: string;
let checksums: Map<string, string>;

/** Release file in the publisher's form, whose programs contain their names. */
function contentOf({ name, binary, members }: (typeof assets)[number]): Buffer {
  if (binary !== undefined) return Buffer.from(binary);
  const paths = Array.isArray(members) ? (members as readonly string[]) : [`./${name}`];
  return gzipSync(createTar(paths.map((path) => ({ name: path, data: path.split("/").at(-1) ?? "" }))));
}

beforeAll(() => publishers.start());
afterAll(() => publishers.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-releases-"));
  publishers.intercept = () => false;
  publishers.requests.length = 0;
  for (const asset of assets) publishers.files.set(asset.path, contentOf(asset));
  checksums = new Map(
    [...publishers.files].map(([path, content]) => [path, digestOf(content).slice("sha256:".length)]),
  );
  publishers.addImage(repository, tag, "coredns");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  delete process.env.HOLDFAST_RELEASES;
  delete process.env.HOLDFAST_RELEASE_CHECKSUMS;
});

const releases = (): Releases => ({ mirror: publishers.url, checksums });
const stepsOf = (source = releases()) => releaseSteps(source, [versions], "amd64", [coredns]);
const prepare = (steps = stepsOf()) =>
  buildSteps(Object.values(steps), { directory: folder, verify: true, report: () => undefined });
const cachedSteps = () => readdirSync(folder).filter((name) => name.endsWith(".json"));

onLinux("steps", () => {
  test("files have the layout and the content of the publishers", async () => {
    const steps = stepsOf();
    const files = (await prepare(steps)).get(steps.files);
    expect(Object.keys(files?.manifest.files ?? {}).sort()).toEqual(assets.map(({ path }) => path).sort());
    for (const [path, [, , sha256]] of Object.entries(files?.manifest.files ?? {})) {
      expect(sha256).toBe(checksums.get(path));
    }
  });

  test("programs for the host come from files and from the image of CoreDNS, and are executable", async () => {
    const steps = stepsOf();
    const { directory = "" } = (await prepare(steps)).get(steps.programs) ?? {};
    const expected = [
      ...["kubectl", "kubeadm"].map((name) => `kubernetes-${version}/${name}`),
      ...["etcd", "etcdctl", "etcdutl"].map((name) => `etcd-${versions.etcd}/${name}`),
      ...["containerd", "containerd-shim-runc-v2", "ctr"].map((name) => `containerd-${versions.containerd}/${name}`),
    ];
    for (const path of expected) expect(readFileSync(join(directory, path), "utf8")).toBe(path.split("/").at(-1));
    expect(statSync(join(directory, `kubernetes-${version}/kubectl`)).mode & 0o111).toBe(0o111);
    const program = readFileSync(join(directory, `coredns-${versions.coredns}/coredns`), "utf8");
    expect(program).toBe(`${repository}:${tag} amd64`);
  });

  test("a damaged file fails with its URL and checksums, and never enters the cache", async () => {
    const path = assets.find(({ name }) => name === "runc")?.path ?? "";
    publishers.files.set(path, Buffer.from("damaged"));
    await expect(prepare()).rejects.toThrow(
      `${publishers.url}/assets/${path} has the SHA-256 ${digestOf("damaged").slice(7)} (7 bytes), expected ${checksums.get(path) ?? ""}`,
    );
    expect(cachedSteps().filter((name) => !name.startsWith("release-images"))).toEqual([]);
    publishers.files.set(path, Buffer.from("runc"));
    checksums.set(path, digestOf("runc").slice("sha256:".length));
    await prepare();
    expect(cachedSteps()).toHaveLength(3);
  });

  test("a missing file fails with its URL", async () => {
    const path = assets[0]?.path ?? "";
    publishers.files.delete(path);
    await expect(prepare()).rejects.toThrow(`${publishers.url}/assets/${path}: HTTP status 404`);
  });

  test("without a checksum nothing is downloaded", async () => {
    const unknown = { ...versions, containerd: "9.9.9" };
    const steps = releaseSteps(releases(), [unknown], "amd64", [coredns]);
    await expect(
      buildSteps([steps.files], { directory: folder, verify: true, report: () => undefined }),
    ).rejects.toThrow(
      "no SHA-256 of containerd/v9.9.9/containerd-static-9.9.9-linux-amd64.tar.gz: add it to the file of --checksums",
    );
    expect(publishers.requests).toEqual([]);
  });

  test("the keys depend on checksums, not on the place", () => {
    const key = (source: Releases) => stepKey(stepsOf(source).files);
    expect(key({ mirror: undefined, checksums })).toBe(key(releases()));
    expect(key({ mirror: undefined, checksums: new Map() })).not.toBe(key(releases()));
  });
});

describe("choice", () => {
  const candidates = (cached: "releases" | "source" | "nothing" = "nothing") => ({
    isCached: (software: Releases | undefined) => cached === (software === undefined ? "source" : "releases"),
    probes: () => [{ url: `${publishers.url}/assets/${assets[0]?.path ?? ""}` }],
  });
  const slowly = (ms: number) => {
    publishers.intercept = (_request, response) => {
      setTimeout(() => response.writeHead(200).end(), ms);
      return true;
    };
  };

  test("releases if all sources answer, even late", async () => {
    slowly(1000);
    const { software, reason } = await chooseSoftware(candidates());
    expect(software).toMatchObject({ mirror: undefined });
    expect(reason).toBe("official releases, from their publishers");
  });

  test.each([
    [
      "one does not exist",
      { url: "http://holdfast.invalid/file" },
      /because http:\/\/holdfast\.invalid is not reachable/,
    ],
    ["one refuses", { url: "http://127.0.0.1:1/file" }, /because http:\/\/127\.0\.0\.1:1 is not reachable/],
  ])("builds if %s", async (_case, failing, reason) => {
    const { probes, isCached } = candidates();
    const choice = await chooseSoftware({ isCached, probes: () => [...probes(), failing] });
    expect(choice.software).toBeUndefined();
    expect(choice.reason).toMatch(reason);
  });

  test("builds if a source does not have the file, or does not answer in time", async () => {
    publishers.files.clear();
    expect((await chooseSoftware(candidates())).reason).toMatch(/because .* answers with HTTP status 404/);
    publishers.intercept = () => true;
    expect((await chooseSoftware(candidates())).reason).toMatch(/because .* does not answer within 4 s/);
  });

  test.each([
    ["releases", "official releases, from the cache"],
    ["source", "built from Go modules, from the cache"],
  ] as const)("what is in the cache needs no network: %s", async (cached, reason) => {
    expect((await chooseSoftware(candidates(cached))).reason).toBe(reason);
    expect(publishers.requests).toEqual([]);
  });

  test("--from-source builds, whatever answers", async () => {
    applySoftwareOptions({ fromSource: true });
    expect((await chooseSoftware(candidates("releases"))).software).toBeUndefined();
  });

  test("a mirror and its checksums; an error if it does not answer", async () => {
    const file = join(folder, "sums");
    writeFileSync(file, [...checksums].map(([path, sum]) => `${sum}  ${path}\n`).join(""));
    applySoftwareOptions({ releases: `${publishers.url}/`, checksums: file });
    expect((await chooseSoftware(candidates("source"))).software).toEqual(releases());
    const unreachable = { ...candidates(), probes: () => [{ url: "http://127.0.0.1:1/file" }] };
    await expect(chooseSoftware(unreachable)).rejects.toThrow(
      /the mirror of --releases does not answer: http:\/\/127\.0\.0\.1:1 .*--from-source/,
    );
  });

  test("each publisher and registry is asked once; a mirror only for one file", () => {
    const own = { mirror: undefined, checksums };
    const images = [coredns, "ghcr.io/flannel-io/flannel:v0.28.0"];
    expect(releaseProbes(own, [versions], "amd64", images).map(({ url }) => new URL(url).host)).toEqual([
      ...["dl.k8s.io", "github.com", "artifacts.k8s.io", "registry.k8s.io", "ghcr.io"],
    ]);
    expect(releaseProbes(releases(), [versions], "amd64", images)).toHaveLength(1);
  });
});
