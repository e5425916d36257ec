/** Mirrors of the air-gapped example, filled from loopback stand-ins of the publishers. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { buildBundles } from "../../../components/node/bundle.plan";
import { mirrorContents } from "../../../operations/mirror/contents.plan";
import { DirectoryMirror } from "../../../operations/mirror/directory";
import { mirrorFiles, mirrorImages } from "../../../operations/mirror/mirror";
import { RegistryMirror } from "../../../operations/mirror/targetRegistry";
import { airGapped, withFiles } from "./airGapped";
import { StandIn, digestOf } from "./standIn";

const publishers = new StandIn();
const target = new StandIn();
let folder: string;
const progress: [name: string, bytes: number][] = [];
const note = (name: string, bytes: number) => progress.push([name, bytes]);

beforeAll(async () => {
  await Promise.all([publishers.start(), target.start()]);
});
afterAll(async () => {
  await Promise.all([publishers.stop(), target.stop()]);
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-mirror-test-"));
  progress.length = 0;
  for (const each of [publishers, target]) {
    each.intercept = () => false;
    each.requests.length = 0;
  }
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const at = (...parts: string[]) => join(folder, ...parts);
const sources = () => ({ mirror: publishers.url });
const pause = "registry.k8s.io/pause:3.10.2";

/** All URLs in the node bundles of a cluster. */
const bundledUrls = (spec: ReturnType<typeof airGapped>): string[] =>
  buildBundles(spec).flatMap(({ files }) =>
    [...(files["cluster.json"] ?? "").matchAll(/"url": "([^"]+)"/g)].map(([, url = ""]) => url),
  );

describe("files", () => {
  test("the directory has every URL of the node bundles below nodes.assets.baseUrl, and sha256sum accepts it", async () => {
    const spec = withFiles(publishers);
    const { files } = mirrorContents(spec);
    await mirrorFiles(files, new DirectoryMirror(folder), sources(), note);
    const { baseUrl = "" } = spec.nodes.assets;
    const urls = bundledUrls(spec);
    expect(urls.length).toBeGreaterThan(10);
    const root = baseUrl.replace(/\/assets$/, "");
    expect(urls.filter((url) => !url.startsWith(`${root}/`) || !existsSync(at(url.slice(root.length))))).toEqual([]);
    const checked = execFileSync("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: folder }).toString();
    expect(checked.trim().split("\n")).toHaveLength(files.length);
    expect(progress.every(([, bytes]) => bytes > 0)).toBe(true);
  });

  test("files come from the publishers, with their own checksums", () => {
    const { files } = mirrorContents(airGapped());
    const url = (path: string) => files.find((file) => file.path === path)?.url;
    expect(url("kubernetes/v1.36.4/bin/linux/arm64/kubelet")).toBe(
      "https://dl.k8s.io/release/v1.36.4/bin/linux/arm64/kubelet",
    );
    expect(files.every(({ sha256, sha512 }) => /^[0-9a-f]{64}$/.test(sha256 ?? "") || sha512?.length === 128)).toBe(
      true,
    );
    expect(files.filter(({ url: from }) => from.includes("example-mirror"))).toEqual([]);
  });

  test("a second run downloads only what changed", async () => {
    const { files } = mirrorContents(withFiles(publishers));
    await mirrorFiles(files, new DirectoryMirror(folder), sources(), note);
    const [first] = files;
    if (first === undefined) throw new Error("no files");
    writeFileSync(at("assets", first.path), "changed");
    publishers.requests.length = 0;
    await mirrorFiles(files, new DirectoryMirror(folder), sources(), note);
    expect(publishers.requests).toEqual([`GET /assets/${first.path}`]);
  });

  test("a damaged file is named with both checksums, and nothing is written under its name", async () => {
    const { files } = mirrorContents(withFiles(publishers));
    const [first] = files;
    if (first === undefined) throw new Error("no files");
    publishers.files.set(first.path, Buffer.from("damaged"));
    await expect(mirrorFiles(files, new DirectoryMirror(folder), sources(), note)).rejects.toThrow(
      `${first.path} has the SHA-256 ${digestOf("damaged").slice(7)} (7 bytes), expected ${first.sha256 ?? ""}`,
    );
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith(first.path))).toEqual([]);
  });

  test("a missing file is no reason to try again, a server error is", async () => {
    const { files } = mirrorContents(withFiles(publishers));
    const [first] = files;
    if (first === undefined) throw new Error("no files");
    let failures = 1;
    publishers.intercept = (_request, response) => {
      const fails = failures-- > 0;
      if (fails) response.writeHead(503).end();
      return fails;
    };
    await mirrorFiles([first], new DirectoryMirror(folder), sources(), note);
    expect(publishers.requests).toHaveLength(2);
    publishers.files.delete(first.path);
    rmSync(at("assets"), { recursive: true });
    await expect(mirrorFiles([first], new DirectoryMirror(folder), sources(), note)).rejects.toThrow(
      `${publishers.url}/assets/${first.path}: HTTP status 404`,
    );
    expect(publishers.requests).toHaveLength(3);
  });
});

describe("images", () => {
  const index = publishers.addImage("registry.k8s.io/pause", "3.10.2");

  test("the list has the images of Kubernetes and of the add-ons, once each", () => {
    const { images } = mirrorContents(airGapped());
    expect(images).toEqual([...new Set(images)].sort());
    expect(images).toEqual(
      expect.arrayContaining([
        pause,
        "registry.k8s.io/kube-apiserver:v1.36.4",
        "registry.k8s.io/coredns/coredns:v1.14.2",
      ]),
    );
  });

  test("a directory is an OCI image layout with all platforms", async () => {
    const copied = await mirrorImages([pause], new DirectoryMirror(folder), sources(), folder, note);
    expect(copied).toMatchObject([{ name: pause, digest: index }]);
    const layout = JSON.parse(readFileSync(at("images/index.json"), "utf8")) as { manifests: { digest: string }[] };
    expect(layout.manifests.map(({ digest }) => digest)).toEqual([index]);
    const blobs = readdirSync(at("images/blobs/sha256"));
    // The index, and manifest, configuration and layer of two platforms.
    expect(blobs).toHaveLength(7);
    for (const name of blobs) expect(digestOf(readFileSync(at("images/blobs/sha256", name)))).toBe(`sha256:${name}`);
    publishers.requests.length = 0;
    await mirrorImages([pause], new DirectoryMirror(folder), sources(), folder, note);
    expect(publishers.requests.filter((request) => request.includes("/blobs/"))).toEqual([]);
    expect(progress.at(-1)).toEqual([pause, 0]);
  });

  test("a layer that differs from its digest is refused, and the image gets no name", async () => {
    publishers.intercept = ({ url }, response) => {
      const isLayer = url?.includes("/blobs/") === true;
      if (isLayer) response.writeHead(200).end("damaged");
      return isLayer;
    };
    await expect(mirrorImages([pause], new DirectoryMirror(folder), sources(), folder, note)).rejects.toThrow(
      /registry\.k8s\.io\/pause@sha256:\w+ has the SHA-256/,
    );
    expect(existsSync(at("images/index.json"))).toBe(false);
  });

  describe("to a registry", () => {
    const config = () => {
      const auth = Buffer.from("robot:secret").toString("base64");
      writeFileSync(at("config.json"), JSON.stringify({ auths: { [new URL(target.url).host]: { auth } } }));
      process.env.DOCKER_CONFIG = folder;
    };
    afterEach(() => {
      delete process.env.DOCKER_CONFIG;
    });
    const store = () =>
      new RegistryMirror({ kind: "registry", registry: new URL(target.url).host, prefix: "team/mirror" });

    test("pushes blobs before manifests, with the login of docker login, and nothing twice", async () => {
      config();
      await mirrorImages([pause], store(), sources(), folder, note);
      const place = "team/mirror/registry.k8s.io/pause";
      expect(digestOf(target.manifests.get(`${place}/manifests/3.10.2`)?.content ?? "")).toBe(index);
      expect([...target.blobs.keys()].filter((key) => key.startsWith(`${place}/`))).toHaveLength(4);
      target.requests.length = 0;
      await mirrorImages([pause], store(), sources(), folder, note);
      expect(target.requests.filter((request) => /^(POST|PUT)/.test(request))).toEqual([]);
    });

    test("an image pinned by digest is copied under its digest", async () => {
      config();
      await mirrorImages([`registry.k8s.io/pause@${index}`], store(), sources(), folder, note);
      expect(target.manifests.has(`team/mirror/registry.k8s.io/pause/manifests/${index}`)).toBe(true);
    });

    test("a refused login names the registry's reason", async () => {
      target.manifests.clear();
      await expect(mirrorImages([pause], store(), sources(), folder, note)).rejects.toThrow(
        /\/token\?.*: HTTP status 401 \(UNAUTHORIZED: wrong password\)/,
      );
    });
  });
});
