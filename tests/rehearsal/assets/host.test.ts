import { checkHost } from "../../../rehearsal/assets";
import { imageFiles } from "../../../rehearsal/assets/machineImage";
import { hostSources } from "../../../rehearsal/assets/rootTree";

describe("sources of the machines' packages", () => {
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

  it.each(["bookworm", "trixie"])("are the host's own on Debian %s, turned to the machines' release", (codename) => {
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

  it("are production's on a host that has everything", () => {
    expect(Object.keys(imageFiles(modern)).sort()).toEqual([
      "/etc/cloud/cloud.cfg.d/95-rehearsal.cfg",
      "/etc/kubernetes/patches/kubeletconfiguration1+merge.yaml",
      "/etc/systemd/journald.conf.d/95-rehearsal.conf",
    ]);
  });

  it("waive control groups v2 where the host has only v1", () => {
    const files = imageFiles({ ...modern, cgroup: "v1" });
    expect(files["/etc/holdfast/preflight-waivers"]).toBe("cgroup-v2\n");
    expect(files["/etc/kubernetes/patches/kubeletconfiguration0+merge.yaml"]).toContain("failCgroupV1: false");
    expect(files["/etc/containerd/conf.d/rehearsal.toml"]).toBeUndefined();
  });

  it("keep containerd from lowering scores where the host forbids it", () => {
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
    ["another operating system", { platform: "darwin" }, /Linux namespaces, and this is darwin/, /Linux machine/],
    ["another architecture", { platform: "linux", arch: "ppc64" }, /no machines for ppc64/, /x86-64/],
    ["an ordinary user", { platform: "linux", arch: "x64", getuid: () => 1000 }, /need root/, /sudo/],
  ])("tells %s what is missing and how to get it", (_who, properties, what, how) => {
    Object.defineProperties(
      process,
      Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, { value, configurable: true }])),
    );
    const { ok, problems } = checkHost();
    expect(ok).toBe(false);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.what).toMatch(what);
    expect(problems[0]?.how).toMatch(how);
  });
});
