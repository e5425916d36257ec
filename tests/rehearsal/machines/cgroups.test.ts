import { findHierarchies, supervisorCommand } from "../../../rehearsal/machines/cgroups";

const mount = (root: string, point: string, type: string, options: string): string =>
  `32 31 0:29 ${root} ${point} rw,relatime shared:9 - ${type} ${type} rw,${options}`;
const root = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw";

describe("findHierarchies", () => {
  it("finds the single hierarchy of a version 2 host", () => {
    const mounts = [root, mount("/", "/sys/fs/cgroup", "cgroup2", "nsdelegate")].join("\n");
    expect(findHierarchies("0::/user.slice/user-0.slice/session-3.scope\n", mounts)).toEqual([
      {
        version: 2,
        options: "unified",
        mountPoint: "/sys/fs/cgroup",
        current: "/sys/fs/cgroup/user.slice/user-0.slice/session-3.scope",
      },
    ]);
  });

  it("finds every hierarchy of a version 1 host, and the empty version 2 beside them", () => {
    const mounts = [
      mount("/", "/sys/fs/cgroup/cpu,cpuacct", "cgroup", "cpu,cpuacct"),
      mount("/", "/sys/fs/cgroup/memory", "cgroup", "memory"),
      mount("/", "/sys/fs/cgroup/systemd", "cgroup", "name=systemd"),
      mount("/", "/sys/fs/cgroup/unified", "cgroup2", "relatime"),
    ].join("\n");
    const found = findHierarchies("4:memory:/jobs/1\n2:cpu,cpuacct:/\n1:name=systemd:/\n0::/\n", mounts);
    expect(found.map(({ version, options, current }) => [version, options, current])).toEqual([
      [1, "memory", "/sys/fs/cgroup/memory/jobs/1"],
      [1, "cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct"],
      [1, "name=systemd", "/sys/fs/cgroup/systemd"],
      [2, "unified", "/sys/fs/cgroup/unified"],
    ]);
  });

  it("uses version 2 if version 1 has no controllers", () => {
    const mounts = [
      mount("/", "/sys/fs/cgroup", "cgroup2", "relatime"),
      mount("/", "/sys/fs/cgroup/systemd", "cgroup", "name=systemd"),
    ].join("\n");
    expect(findHierarchies("1:name=systemd:/\n0::/init.scope\n", mounts)).toMatchObject([{ version: 2 }]);
  });

  it("resolves paths from the mount's root in a container with the host's cgroup namespace", () => {
    const mounts = mount("/docker/abc", "/sys/fs/cgroup/memory", "cgroup", "memory");
    expect(findHierarchies("4:memory:/docker/abc/inner\n", mounts)).toMatchObject([
      { current: "/sys/fs/cgroup/memory/inner" },
    ]);
  });

  it("skips controllers that are not mounted", () => {
    const mounts = mount("/", "/sys/fs/cgroup/memory", "cgroup", "memory");
    expect(findHierarchies("9:rdma:/\n4:memory:/\n", mounts)).toHaveLength(1);
  });

  it("fails without mounts", () => {
    expect(() => findHierarchies("0::/\n", root)).toThrow(/no cgroup hierarchy/);
  });
});

describe("supervisorCommand", () => {
  it("is the unchanged command on a version 1 host", () => {
    const hierarchy = { version: 1, options: "memory", mountPoint: "/m", current: "/m" } as const;
    expect(supervisorCommand(["node", "x"], [hierarchy], true)).toEqual(["node", "x"]);
  });

  it("is a delegated systemd scope on a version 2 host with systemd", () => {
    const hierarchy = { version: 2, options: "unified", mountPoint: "/m", current: "/m" } as const;
    expect(supervisorCommand(["node", "x"], [hierarchy], true)).toEqual(
      expect.arrayContaining(["systemd-run", "--property=Delegate=yes", "node", "x"]),
    );
    expect(supervisorCommand(["node", "x"], [hierarchy], false)).toEqual(["node", "x"]);
  });
});
