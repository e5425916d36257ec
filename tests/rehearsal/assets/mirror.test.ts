import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { releaseAssets } from "../../../components/node/assets.plan";
import { componentVersions } from "../../../components/node/kubernetesVersions.plan";
import { builtKubernetesVersion } from "../../../rehearsal/assets/goModules";
import { assetMirror } from "../../../rehearsal/assets/mirror";
import { type BuildResult, type Step, buildSteps } from "../../../rehearsal/assets/store";

const onLinux = process.platform === "linux" ? describe : describe.skip;
const versions = componentVersions(builtKubernetesVersion);
const programs: Record<string, string[]> = {
  kubernetes: ["kubelet", "kubeadm", "kubectl", "kube-apiserver"],
  etcd: ["etcd", "etcdctl", "etcdutl"],
  containerd: ["containerd", "containerd-shim-runc-v2", "ctr"],
  runc: ["runc"],
  "ecr-credential-provider": ["ecr-credential-provider"],
  cni: ["bridge", "host-local", "loopback", "portmap"],
};

onLinux("asset mirror", () => {
  let directory = "";
  let mirror: BuildResult = { directory: "", manifest: { files: {}, links: {} } };
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "hf-mirror-"));
    const groups = Object.entries(programs).map(([name, files]): [string, Step] => [
      name,
      {
        name,
        inputs: 1,
        needs: [],
        lane: "network",
        build: (context) => {
          for (const file of files) writeFileSync(join(context.directory, file), `I am ${file}`, { mode: 0o755 });
          return Promise.resolve();
        },
      },
    ]);
    const step = assetMirror([versions], "amd64", new Map(groups));
    const results = await buildSteps([step], { directory, verify: false, report: () => undefined });
    mirror = results.get(step) ?? mirror;
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  const assets = releaseAssets(versions, "amd64");
  it("has exactly the assets that machines download", () => {
    expect(Object.keys(mirror.manifest.files).sort()).toEqual(assets.map((asset) => asset.path).sort());
  });

  it("has the checksum of each asset", () => {
    for (const [path, [, , sha256]] of Object.entries(mirror.manifest.files)) {
      const content = readFileSync(join(mirror.directory, path));
      expect(createHash("sha256").update(content).digest("hex")).toBe(sha256);
    }
  });

  it.each(assets.filter((asset) => asset.binary !== undefined).map((asset) => [asset.name, asset.path]))(
    "serves %s as the program itself",
    (name, path) => {
      expect(readFileSync(join(mirror.directory, path), "utf8")).toBe(`I am ${name}`);
    },
  );

  it.each(assets.filter((asset) => asset.members !== undefined).map((asset) => [asset.name, asset] as const))(
    "packs %s like its publisher",
    (_name, asset) => {
      const file = join(mirror.directory, asset.path);
      const listed = execFileSync("tar", ["-tzf", file], { encoding: "utf8" }).trim().split("\n");
      const members = asset.members === "*" ? ["./bridge", "./host-local", "./loopback", "./portmap"] : asset.members;
      expect(listed).toEqual(expect.arrayContaining([...(members ?? [])]));
      for (const member of members ?? []) {
        const content = execFileSync("tar", ["-xzOf", file, member], { encoding: "utf8" });
        expect(content).toBe(`I am ${member.split("/").at(-1) ?? ""}`);
      }
    },
  );
});
