import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { planDevice, renderDevices } from "../../../rehearsal/machines/devices";
import { stopReason } from "../../../rehearsal/machines/launcher";
import { createMachineRoot, renderEnvironment } from "../../../rehearsal/machines/machineRoot";
import { isAlive, parseStat, readIdentity } from "../../../rehearsal/machines/processes";
import type { MachineOptions } from "../../../rehearsal/machines/types";
import { planPort } from "../../../rehearsal/machines/ports";

const scripts = join(__dirname, "../../../rehearsal/machines/files");
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-machines-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("devices", () => {
  const first = planDevice({ name: "disk/by-id/nvme-Amazon_Elastic_Block_Store_vol1", backing: "/v1" }, []);

  it("become NVMe disks in order, with a link of the given name", () => {
    const second = planDevice({ name: "disk/by-id/other", backing: "/v2" }, [first]);
    expect([first.node, second.node]).toEqual(["nvme1n1", "nvme2n1"]);
    expect(renderDevices([{ ...first, minor: 7 }, second])).toBe(
      "nvme1n1 7 disk/by-id/nvme-Amazon_Elastic_Block_Store_vol1\n",
    );
  });

  it("with a plain name need no link", () => {
    expect(renderDevices([{ ...planDevice({ name: "sdf", backing: "/v" }, [first]), minor: 0 }])).toBe("sdf 0\n");
  });

  it.each(["../../etc/passwd", "/dev/sda", "a/../b", "", "a b", "disk/.hidden/x", first.name, first.node])(
    "refuse %p",
    (name) => {
      expect(() => planDevice({ name, backing: "/v" }, [first])).toThrow(/device/);
    },
  );
});

describe("renderEnvironment", () => {
  it("quotes for systemd", () => {
    expect(renderEnvironment({ A: 'a "b" \\c 100%', AWS_ENDPOINT_URL: "http://169.254.169.1" })).toBe(
      '[Manager]\nDefaultEnvironment="A=a \\"b\\" \\\\c 100%%"\nDefaultEnvironment="AWS_ENDPOINT_URL=http://169.254.169.1"\n',
    );
  });

  it("writes one line per variable, or refuses it", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, value) => {
        try {
          return /^\[Manager\]\nDefaultEnvironment="[^\n]*"\n$/.test(renderEnvironment({ [name]: value }));
        } catch (error) {
          return error instanceof Error && /environment variable/.test(error.message);
        }
      }),
    );
  });
});

describe("createMachineRoot", () => {
  const options = (): MachineOptions => ({
    id: "i-0abc",
    directory: join(folder, "machine"),
    image: join(folder, "image"),
    port: planPort("hf-01234567", 1, { name: "i-0abc", addresses: ["10.0.0.11/20"], gateway: "10.0.0.1" }),
    nameserver: "169.254.169.253",
    environment: {},
    files: {
      "/lib/systemd/a.conf": { content: "a" },
      "/var/log/x/y": { content: "y", mode: 0o600 },
      "/root/z": { content: "z" },
    },
  });
  const upper = (path: string): string => join(folder, "machine/upper", path);

  beforeEach(() => {
    for (const path of ["usr/lib/systemd", "root", "etc", "var/log"])
      mkdirSync(join(folder, "image", path), { recursive: true });
    symlinkSync("usr/lib", join(folder, "image/lib"));
    symlinkSync("../run/resolv.conf", join(folder, "image/etc/resolv.conf"));
    writeFileSync(join(folder, "image/var/log/kept"), "from the image");
  });

  it("writes files through the image's links and to disks", async () => {
    await createMachineRoot(options(), scripts);
    expect(readFileSync(upper("usr/lib/systemd/a.conf"), "utf8")).toBe("a");
    expect(readFileSync(join(folder, "machine/disk/var-log/x/y"), "utf8")).toBe("y");
    expect(statSync(join(folder, "machine/disk/var-log/x/y")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, "machine/disk/var-log/kept"), "utf8")).toBe("from the image");
    expect(readFileSync(upper("etc/resolv.conf"), "utf8")).toBe("nameserver 169.254.169.253\n");
    expect(() => statSync(upper("lib"))).toThrow();
  });

  it("keeps the mode of folders that it covers", async () => {
    const { mode } = statSync(join(folder, "image/root"));
    await createMachineRoot(options(), scripts);
    expect(statSync(upper("root")).mode).toBe(mode);
  });

  it("gives each machine its own identity, in EC2's format", async () => {
    await createMachineRoot(options(), scripts);
    expect(readFileSync(upper("etc/machine-id"), "utf8")).toMatch(/^[0-9a-f]{32}\n$/);
    expect(readFileSync(upper("etc/hostname"), "utf8")).toBe("i-0abc\n");
    expect(readFileSync(join(folder, "machine/uuid"), "utf8")).toMatch(
      /^ec2[0-9a-f]{5}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n$/,
    );
  });

  it("links the layers of a seed and copies its databases", async () => {
    const seed = join(folder, "seed");
    mkdirSync(join(seed, "content"), { recursive: true });
    writeFileSync(join(seed, "content/blob"), "blob");
    writeFileSync(join(seed, "content/meta.db"), "db");
    await createMachineRoot({ ...options(), containerdSeed: seed }, scripts);
    const own = join(folder, "machine/disk/var-lib-containerd/content");
    expect(statSync(join(own, "blob")).ino).toBe(statSync(join(seed, "content/blob")).ino);
    expect(statSync(join(own, "meta.db")).ino).not.toBe(statSync(join(seed, "content/meta.db")).ino);
    expect(readFileSync(join(own, "meta.db"), "utf8")).toBe("db");
  });

  it.each(["relative/path", "/folder/"])("refuses the file path %p", async (path) => {
    await expect(createMachineRoot({ ...options(), files: { [path]: { content: "" } } }, scripts)).rejects.toThrow(
      /absolute path/,
    );
  });

  it("refuses circular links", async () => {
    symlinkSync("loop", join(folder, "image/loop"));
    const files = { "/loop/x": { content: "" } };
    await expect(createMachineRoot({ ...options(), files }, scripts)).rejects.toThrow("too many links");
  });
});

describe("processes", () => {
  it("are parsed with any command name", () => {
    const fields = ["S", "1", ...Array.from({ length: 17 }, () => "0"), "4242", "0"];
    expect(parseStat(`77 (a) b (c)) ${fields.join(" ")}`)).toEqual({ state: "S", parent: "1", startTime: "4242" });
  });

  it("are identified by their start time", () => {
    const startTime = parseStat(readFileSync("/proc/self/stat", "utf8")).startTime ?? "";
    expect(isAlive({ pid: process.pid, startTime })).toBe(true);
    expect(isAlive({ pid: process.pid, startTime: `${startTime}1` })).toBe(false);
  });

  it("are not read from an incomplete file", () => {
    const file = join(folder, "pid");
    expect(readIdentity(file)).toBeUndefined();
    writeFileSync(file, "12 34");
    expect(readIdentity(file)).toBeUndefined();
    writeFileSync(file, "12 34\n");
    expect(readIdentity(file)).toEqual({ pid: 12, startTime: "34" });
  });

  it.each([
    ["129", "reboot"],
    ["130", "halted"],
    ["137", "off"],
    ["", "off"],
  ])("with exit code %p mean %s", (code, reason) => {
    expect(stopReason(code)).toBe(reason);
  });
});
