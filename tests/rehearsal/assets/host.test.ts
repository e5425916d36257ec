import { checkHost } from "../../../rehearsal/assets";
import { imageFiles } from "../../../rehearsal/assets/machineImage";
import { hostSources } from "../../../rehearsal/assets/rootTree";

describe("package sources of machines", () => {
  const targets = [
    "http://mirror.example/debian CODE main",
    "http://mirror.example/debian CODE contrib",
    "http://mirror.example/debian CODE-updates main",
    "http://mirror.example/debian CODE-backports main",
    "http://security.example/debian-security CODE-security main",
    "http://other.example/tool stable main",
    "http://mirror.example/debian CODE main",
    "",
  ].join("\n");

  it.each(["bookworm", "trixie"])("are the host's on Debian %s, with the machines' release", (codename) => {
    const osRelease = `PRETTY_NAME="Debian GNU/Linux"\nID=debian\nVERSION_CODENAME=${codename}\n`;
    expect(hostSources(osRelease, targets.replaceAll("CODE", codename))).toEqual([
      "deb http://mirror.example/debian bookworm main",
      "deb http://mirror.example/debian bookworm-updates main",
      "deb http://security.example/debian-security bookworm-security main",
    ]);
  });

  it("are left to mmdebstrap on another distribution", () => {
    const osRelease = 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME="noble"\n';
    expect(hostSources(osRelease, targets.replaceAll("CODE", "noble"))).toEqual([]);
  });
});

describe("files of the machine image", () => {
  const modern = { kernel: "6.1.0", cgroup: "v2", sysResource: true } as const;

  it("are minimal on a capable host", () => {
    expect(Object.keys(imageFiles(modern)).sort()).toEqual([
      "/etc/cloud/cloud.cfg.d/95-rehearsal.cfg",
      "/etc/kubernetes/patches/kubeletconfiguration1+merge.yaml",
      "/etc/systemd/journald.conf.d/95-rehearsal.conf",
    ]);
  });

  it("waive cgroup v2 on a host with v1", () => {
    const files = imageFiles({ ...modern, cgroup: "v1" });
    expect(files["/etc/holdfast/preflight-waivers"]).toBe("cgroup-v2\n");
    expect(files["/etc/kubernetes/patches/kubeletconfiguration0+merge.yaml"]).toContain("failCgroupV1: false");
    expect(files["/etc/containerd/conf.d/rehearsal.toml"]).toBeUndefined();
  });

  it("stop containerd from lowering OOM scores where the host forbids it", () => {
    const files = imageFiles({ ...modern, sysResource: false });
    expect(files["/etc/containerd/conf.d/rehearsal.toml"]).toContain("restrict_oom_score_adj = true");
    expect(files["/etc/holdfast/preflight-waivers"]).toBeUndefined();
  });
});

describe("check of the host", () => {
  const { platform, arch, getuid } = process;
  afterEach(() => {
    Object.defineProperties(process, {
      platform: { value: platform },
      arch: { value: arch },
      getuid: { value: getuid },
    });
  });

  it.each([
    [
      "another operating system",
      { platform: "darwin" },
      /Linux namespaces, but this host runs darwin/,
      /Linux machine/,
    ],
    ["another architecture", { platform: "linux", arch: "ppc64" }, /cannot run on ppc64/, /x86-64/],
    ["a user without root", { platform: "linux", arch: "x64", getuid: () => 1000 }, /need root/, /sudo/],
  ])("reports %s with a remedy", (_case, properties, problem, remedy) => {
    Object.defineProperties(
      process,
      Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, { value, configurable: true }])),
    );
    const { ok, problems } = checkHost();
    expect(ok).toBe(false);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.problem).toMatch(problem);
    expect(problems[0]?.remedy).toMatch(remedy);
  });
});
