/** Growth of etcd's data volume, with the real programs of e2fsprogs on a file, and the quota that follows from its size. */
import { execFileSync } from "node:child_process";
import { truncateSync } from "node:fs";
import { FakeMachine, clusterJson, machines } from "../nodeSupport";

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** Member whose data volume is a file; without a size, it has no volume. */
function memberWithVolume(bytes: number, cluster: object = {}): { machine: FakeMachine; volume: string } {
  const machine = new FakeMachine(machines.etcd, cluster);
  const volume = machine.path("volume");
  machine.write("volume", "");
  machine.write("run/empty", "");
  truncateSync(volume, bytes);
  machine.stub("findmnt", `echo "${volume}"`);
  machine.stub("blockdev", 'stat -c %s "$2"');
  machine.stub("systemctl", '[ "$1 $2" = "is-active --quiet" ] && [ -e "$HOME/etcd-runs" ]');
  return { machine, volume };
}

describe("bin/grow-data-volume", () => {
  const grow = (machine: FakeMachine) => machine.run(["bin/grow-data-volume"]);
  const filesystemMiB = async (machine: FakeMachine): Promise<number> =>
    Number((await machine.run("filesystem_bytes")).stdout) / MiB;

  test("grows the file system to the size of the volume, and otherwise changes nothing", async () => {
    const { machine, volume } = memberWithVolume(256 * MiB);
    execFileSync("mkfs.ext4", ["-q", "-m", "0", "-L", "etcd-b", volume]);
    expect(await grow(machine)).toMatchObject({ code: 0, output: "" });
    expect(await filesystemMiB(machine)).toBe(256);

    truncateSync(volume, 1024 * MiB);
    const { code, output } = await grow(machine);
    expect([code, output]).toEqual([0, expect.stringMatching(/has grown to 1024 MiB\n$/)]);
    expect(await filesystemMiB(machine)).toBe(1024);
    // The judge: the file system's own check.
    execFileSync("e2fsck", ["-fn", volume], { stdio: "ignore" });
    machine.record("resize2fs");
    expect(await grow(machine)).toMatchObject({ code: 0, output: "" });
    expect(machine.lines("calls")).toEqual([]);
  });

  test("fails with the reason of resize2fs", async () => {
    const { machine, volume } = memberWithVolume(256 * MiB);
    execFileSync("mkfs.ext4", ["-q", volume]);
    truncateSync(volume, 1024 * MiB);
    // As the kernel refuses it to a process without CAP_SYS_RESOURCE; the lines are those of e2fsprogs 1.47.
    machine.stub(
      "resize2fs",
      `echo 'resize2fs 1.47.0 (5-Feb-2023)' >&2; echo 'resize2fs: Permission denied to resize filesystem' >&2
      echo "Filesystem at $1 is mounted; on-line resizing required"; exit 1`,
    );
    const { code, output } = await grow(machine);
    expect([code, output]).toEqual([1, expect.stringContaining("cannot grow: Permission denied to resize filesystem")]);
  });
});

describe("quota of etcd", () => {
  const quota = async (machine: FakeMachine): Promise<number> => Number((await machine.run("database_quota")).stdout);
  const settings = (least: number, most: number) => ({
    etcd: { ...clusterJson.etcd, quota: { least, most, databasesOnVolume: 3 } },
  });

  test.each([
    [3 * GiB, 2 * GiB],
    [20 * GiB, Math.floor((20 * GiB) / 3)],
    [500 * GiB, 8 * GiB],
  ])("of a volume of %i bytes is %i bytes", async (size, expected) => {
    expect(await quota(memberWithVolume(size).machine)).toBe(expected);
  });

  test("is that of the settings, whatever the volume's size", async () => {
    expect(await quota(memberWithVolume(500 * GiB, settings(3 * GiB, 3 * GiB)).machine)).toBe(3 * GiB);
    expect(await quota(memberWithVolume(3 * GiB, settings(3 * GiB, 3 * GiB)).machine)).toBe(3 * GiB);
  });

  test("does not change while etcd runs, because a change restarts it", async () => {
    const { machine, volume } = memberWithVolume(9 * GiB);
    machine.write("etc/etcd/etcd.env", `ETCD_NAME=b\nETCD_QUOTA_BACKEND_BYTES=${3 * GiB}\n`);
    truncateSync(volume, 18 * GiB);
    machine.write("etcd-runs", "");
    expect(await quota(machine)).toBe(3 * GiB);
    execFileSync("rm", [machine.path("etcd-runs")]);
    expect(await quota(machine)).toBe(6 * GiB);
  });
});
