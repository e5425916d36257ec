import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseTar } from "nanotar";
import { componentVersions } from "../../../components/node/kubernetesVersions.plan";
import { writeDockerArchive } from "../../../rehearsal/assets/dockerArchive";
import { builtKubernetesVersion, goGroups, modulesDirectory } from "../../../rehearsal/assets/goModules";
import { rehearsalImages } from "../../../rehearsal/assets/images";

const onLinux = process.platform === "linux" ? describe : describe.skip;
const versions = componentVersions(builtKubernetesVersion);
const images = rehearsalImages(versions);

describe("images of the rehearsal", () => {
  it("have the names that kubeadm expects", () => {
    expect(images.map((image) => image.name)).toEqual([
      "registry.k8s.io/kube-apiserver:v1.36.3",
      "registry.k8s.io/kube-controller-manager:v1.36.3",
      "registry.k8s.io/kube-scheduler:v1.36.3",
      "registry.k8s.io/kube-proxy:v1.36.3",
      "registry.k8s.io/coredns/coredns:v1.14.2",
      "registry.k8s.io/pause:3.10.2",
      "registry.k8s.io/etcd:3.6.8-0",
      expect.stringMatching(/^ghcr\.io\/flannel-io\/flannel:v/) as unknown,
      expect.stringMatching(/^ghcr\.io\/flannel-io\/flannel-cni-plugin:v/) as unknown,
      "registry.k8s.io/provider-aws/cloud-controller-manager:v1.36.1",
      "registry.k8s.io/metrics-server/metrics-server:v0.9.0",
      "rehearsal.local/echo:1",
      "rehearsal.local/load:1",
    ]);
  });

  it("contain their entry point", () => {
    for (const image of images) expect(image.programs).toContain(image.entrypoint[0]);
  });

  it("contain programs of their group", () => {
    const groups = new Map(goGroups(versions).map((group) => [group.name, group]));
    for (const image of images.filter(({ group }) => group !== "images")) {
      const goMod = readFileSync(join(modulesDirectory, image.group, "go.mod"), "utf8");
      const tools = [...goMod.matchAll(/^\s*(?:tool )?(\S+\/\S+)$/gm)].map((match) => {
        const program =
          (match[1] ?? "")
            .replace(/\/v\d+$/, "")
            .split("/")
            .at(-1) ?? "";
        return groups.get(image.group)?.rename?.[program] ?? program;
      });
      expect(tools).toEqual(expect.arrayContaining(image.programs.map((path) => path.split("/").at(-1))));
    }
  });
});

onLinux("docker archive", () => {
  let directory = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "hf-archive-"));
    mkdirSync(join(directory, "tree/usr/bin"), { recursive: true });
    writeFileSync(join(directory, "tree/usr/bin/hello"), "#!/bin/sh\n", { mode: 0o755 });
    symlinkSync("hello", join(directory, "tree/usr/bin/hi"));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const image = { name: "rehearsal.local/hello:1", entrypoint: ["/usr/bin/hello"], user: "65535:65535" };
  async function write(name: string): Promise<{ digest: string; content: Buffer }> {
    const archive = join(directory, `${name}.tar`);
    const digest = await writeDockerArchive(image, {
      architecture: "arm64",
      tree: join(directory, "tree"),
      workspace: join(directory, `${name}.work`),
      archive,
    });
    return { digest, content: readFileSync(archive) };
  }

  it("refers to configuration and layer by digest", async () => {
    const { digest, content } = await write("a");
    const files = new Map(parseTar(content).map((file) => [file.name.replace(/^\.\//, ""), file.data]));
    const manifest = JSON.parse(Buffer.from(files.get("manifest.json") ?? "").toString()) as Record<string, unknown>[];
    const configName = `${digest.replace("sha256:", "")}.json`;
    expect(manifest).toEqual([{ Config: configName, RepoTags: [image.name], Layers: ["layer.tar"] }]);

    const config = Buffer.from(files.get(configName) ?? "");
    expect(`sha256:${createHash("sha256").update(config).digest("hex")}`).toBe(digest);
    const layer = Buffer.from(files.get("layer.tar") ?? "");
    expect(JSON.parse(config.toString())).toMatchObject({
      architecture: "arm64",
      os: "linux",
      config: { Entrypoint: ["/usr/bin/hello"], User: "65535:65535" },
      rootfs: { type: "layers", diff_ids: [`sha256:${createHash("sha256").update(layer).digest("hex")}`] },
    });
    const layered = parseTar(layer);
    const program = layered.find((file) => file.name === "./usr/bin/hello");
    expect(Buffer.from(program?.data ?? "").toString()).toBe("#!/bin/sh\n");
    expect(program?.attrs).toMatchObject({ mode: expect.stringMatching(/755/) as string, uid: 0, gid: 0, mtime: 0 });
    expect(layered.map((file) => file.name)).toContain("./usr/bin/hi");
  });

  it("is reproducible", async () => {
    const first = await write("a");
    utimesSync(join(directory, "tree/usr/bin/hello"), 5, 5);
    const second = await write("b");
    expect(second.digest).toBe(first.digest);
    expect(second.content.equals(first.content)).toBe(true);
  });
});
