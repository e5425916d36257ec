/** Boots two bare machines and tests machines, network and volumes without a cluster. The tests depend on their order. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { prepareAssets } from "../../rehearsal/assets";
import { listLoopDevices, createBackingFile } from "../../rehearsal/machines/loopDevices";
import { Machine } from "../../rehearsal/machines/machine";
import { Network } from "../../rehearsal/machines/network";
import { destroyEverything, leftovers } from "../../rehearsal/machines/recovery";
import type { FirewallGroup, FirewallRule, StopReason } from "../../rehearsal/machines/types";
import { testMachineFaults } from "./machineFaultTests";

const minute = 60_000;
const metadata = "169.254.169.254";
const names = { a: "10.0.0.11", b: "10.0.16.12" } as const;
const volume = { name: "disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123", backing: "" };
const userData = '#!/bin/bash\necho "$GREETING" >> /root/greetings\n';

let directory: string;
let network: Network;
let services: ChildProcess;
let a: Machine;
let b: Machine;

/** The kernel lets only processes with CAP_SYS_RESOURCE (bit 24) grow a mounted ext4 file system. */
function maySetResources(): boolean {
  const [, capabilities = "0"] = /^CapEff:\s*(\w+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return ((BigInt(`0x${capabilities}`) >> 24n) & 1n) === 1n;
}

/** Runs a line of shell in a machine and returns its output. */
async function shell(machine: Machine, line: string): Promise<string> {
  const result = await machine.exec(["bash", "-c", line], { timeoutMs: minute });
  if (result.code !== 0) throw new Error(`${machine.id}: ${line}: ${result.code} ${result.stdout}${result.stderr}`);
  return result.stdout.trim();
}

/** Exit code of curl: 0 answer, 7 connection refused, 28 timeout. */
async function knock(from: Machine, url: string, prefix: string[] = []): Promise<number> {
  return (await from.exec([...prefix, "curl", "-s", "-o", "/dev/null", "--max-time", "2", url])).code;
}

function nextStop(machine: Machine): Promise<StopReason> {
  return new Promise((resolve) => {
    machine.onStop(resolve);
  });
}

async function booted(machine: Machine): Promise<void> {
  await machine.start();
  try {
    await shell(machine, "until test -S /run/dbus/system_bus_socket; do sleep 0.05; done; cloud-init status --wait");
  } catch (error) {
    throw new Error(`${machine.id} did not boot:\n${readFileSync(machine.consoleLog, "utf8").slice(-4000)}`, {
      cause: error,
    });
  }
}

beforeAll(async () => {
  const { image } = await prepareAssets({ kubernetesVersion: "1.36.3", report: () => undefined });
  directory = mkdtempSync("/var/tmp/holdfast-machines-");
  network = await Network.create(directory);
  await network.addAddress(metadata, { hopLimit: 1 });
  await network.addAddress("169.254.169.253");
  const machines = Object.fromEntries(Object.entries(names).map(([id, address]) => [address, { id, userData }]));
  const server = [process.execPath, join(__dirname, "metadataServer.mjs"), JSON.stringify(machines)];
  services = spawn("nsenter", [`--net=/run/netns/${network.namespace}`, ...server], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (services.stdout !== null) await once(services.stdout, "data");

  const create = async (id: keyof typeof names, podCidr: string): Promise<Machine> => {
    const address = names[id];
    const gateway = address.replace(/\d+$/, "1");
    const port = await network.addPort({ name: id, addresses: [`${address}/20`], gateway, podCidr });
    return Machine.create({
      id,
      directory: join(directory, "machines", id),
      image,
      port,
      nameserver: "169.254.169.253",
      environment: { GREETING: `100% "${id}"` },
      files: { "/lib/extra/file": { content: `of ${id}`, mode: 0o755 } },
    });
  };
  const started = Date.now();
  a = await create("a", "10.244.1.0/24");
  b = await create("b", "10.244.2.0/24");
  const created = Date.now();
  await Promise.all([booted(a), booted(b)]);
  process.stderr.write(`created in ${created - started} ms, booted in ${Date.now() - created} ms (two machines)\n`);
}, 40 * minute);

afterAll(async () => {
  await destroyEverything(directory);
  rmSync(directory, { recursive: true, force: true });
}, minute);

describe("a machine", () => {
  it("looks like an EC2 instance to cloud-init, and runs its user data with the given environment", async () => {
    expect(await shell(a, "jq -r .v1.cloud_name /run/cloud-init/instance-data.json")).toBe("aws");
    expect(await shell(a, "cat /root/greetings")).toBe('100% "a"');
    expect(await shell(a, "systemctl --failed --no-legend")).toBe("");
  });

  it("has its own identity, and the given files", async () => {
    expect(await shell(a, "hostname; cat /usr/lib/extra/file")).toBe("a\nof a");
    expect(await shell(a, "cat /etc/machine-id")).not.toBe(await shell(b, "cat /etc/machine-id"));
  });

  it("changes kernel settings only for itself", async () => {
    const host = readFileSync("/proc/sys/vm/max_map_count", "utf8").trim();
    await shell(a, "sysctl -w vm.max_map_count=262145 kernel.panic=11");
    expect(await shell(a, "cat /proc/sys/vm/max_map_count")).toBe("262145");
    expect(await shell(b, "cat /proc/sys/vm/max_map_count")).toBe(host);
    expect(readFileSync("/proc/sys/vm/max_map_count", "utf8").trim()).toBe(host);
    expect((await a.exec(["sh", "-c", "echo 1 > /proc/sys/kernel/perf_event_paranoid"])).code).not.toBe(0);
    expect((await a.exec(["date", "-s", "2001-01-01"])).code).not.toBe(0);
  });

  it("runs commands in its own cgroups", async () => {
    // A foreign cgroup would show as a path that leads up.
    expect(await shell(a, "cat /proc/self/cgroup")).not.toContain("/..");
    const held = a.exec(["sleep", "3"]);
    await sleep(500);
    expect(await shell(a, "ps -e -o args")).toMatch(/^sleep 3$/m);
    expect((await held).code).toBe(0);
  });

  it("passes input, output and exit codes", async () => {
    expect(await a.exec(["sh", "-c", "cat; echo no >&2; exit 3"], { stdin: "yes" })).toEqual({
      code: 3,
      stdout: "yes",
      stderr: "no\n",
    });
    expect(await a.exec(["sleep", "60"], { timeoutMs: 300 })).toMatchObject({ code: 124 });
  });

  it("opens a shell with a terminal", async () => {
    const [program = "", ...rest] = a.shellCommand();
    const terminal = spawn("script", ["-qec", [program, ...rest.map((word) => `'${word}'`)].join(" "), "/dev/null"]);
    let shown = "";
    terminal.stdout.on("data", (part: Buffer) => (shown += part.toString()));
    terminal.stdin.write("tty; echo on-$((40 + 2))-$(hostname)\nexit\n");
    await once(terminal, "close");
    expect(shown).toContain("/dev/pts/");
    expect(shown).toContain("on-42-a");
  });
});

const rule = (protocol: FirewallRule["protocol"], port: number, group: string): FirewallRule => ({
  protocol,
  fromPort: port,
  toPort: port,
  peer: { group },
});
const groups = (ingress: FirewallRule[]): Record<string, FirewallGroup> => ({
  clients: {
    members: [names.a, "10.244.1.0/24"],
    ingress: [],
    egress: [rule("tcp", 8000, "servers"), rule("tcp", 8001, "servers")],
  },
  servers: { members: [names.b], ingress, egress: [] },
});

describe("the firewall", () => {
  beforeAll(async () => {
    await shell(b, "for port in 8000 8001; do systemd-run -q python3 -m http.server -d /etc $port; done");
    await shell(b, "for port in 8000 8001; do until curl -s -o /dev/null localhost:$port; do sleep 0.1; done; done");
  });

  it("drops everything by default and reports it", async () => {
    expect(await knock(a, `http://${names.b}:8000/`)).toBe(28);
    expect(await network.dropped()).toContainEqual(
      expect.objectContaining({
        direction: "egress",
        source: names.a,
        destination: names.b,
        protocol: "tcp",
        port: 8000,
      }),
    );
  });

  it("passes only connections that sender and receiver allow", async () => {
    await network.setFirewall(groups([rule("tcp", 8000, "clients")]));
    expect(await knock(a, `http://${names.b}:8000/`)).toBe(0);
    expect(await knock(a, `http://${names.b}:8001/`)).toBe(28);
    expect(await knock(b, `http://${names.a}:8000/`)).toBe(28);
    expect(await knock(b, "http://localhost:8001/")).toBe(0);
    const dropped = (await network.dropped()).map(({ direction, source, port }) => `${direction} ${source} ${port}`);
    expect(dropped).toEqual(
      expect.arrayContaining([`egress ${names.a} 8000`, `ingress ${names.a} 8001`, `egress ${names.b} 8000`]),
    );
  });

  it("keeps established flows when it is replaced", async () => {
    const slow = `exec 3<>/dev/tcp/${names.b}/8000; sleep 2; printf 'GET /hostname HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`;
    const open = shell(a, slow);
    await sleep(1000);
    await network.setFirewall(groups([]));
    expect(await open).toMatch(/\r\n\r\nb$/);
    expect(await knock(a, `http://${names.b}:8000/`)).toBe(28);
  });

  it("reaches pods, and keeps the metadata service from them", async () => {
    await network.setFirewall(groups([rule("tcp", 8000, "clients")]));
    await shell(
      a,
      "ip netns add pod && ip link add pod0 type veth peer name eth0 netns pod && ip addr add 10.244.1.1/24 dev pod0 && " +
        "ip link set pod0 up && ip -n pod addr add 10.244.1.5/24 dev eth0 && ip -n pod link set eth0 up && " +
        "ip -n pod route add default via 10.244.1.1 && sysctl -qw net.ipv4.ip_forward=1",
    );
    const pod = ["ip", "netns", "exec", "pod"];
    expect(await knock(a, `http://${names.b}:8000/`, pod)).toBe(0);
    expect(await knock(a, `http://${metadata}/latest/meta-data/`, pod)).toBe(28);
    expect(await knock(a, `http://${metadata}/latest/meta-data/`)).toBe(0);
  });
});

testMachineFaults({
  booted: () => ({ a, b, network }),
  addresses: names,
  ...{ shell, knock },
  openPort: () => network.setFirewall(groups([rule("tcp", 8000, "clients")])),
});

describe("a volume", () => {
  const device = `/dev/${volume.name}`;
  const freeze = `pid=$!; cd /sys/fs/cgroup; [ ! -d freezer ] || cd freezer; mkdir ice; echo $pid >ice/cgroup.procs
    if [ -e ice/freezer.state ]; then echo FROZEN >ice/freezer.state; else echo 1 >ice/cgroup.freeze; fi`;
  const writeHello = `mkfs.ext4 -q ${device} && mkdir -p /mnt/v && mount ${device} /mnt/v && echo hello > /mnt/v/file && sync`;

  it("appears only in the machine that it is attached to", async () => {
    volume.backing = join(directory, "volume");
    await createBackingFile(volume.backing, 256 * 1024 * 1024);
    await a.attachDevice(volume);
    await shell(a, writeHello);
    await expect(b.attachDevice(volume)).rejects.toThrow(/in use/);
    await expect(a.detachDevice(volume.name)).rejects.toThrow(/mounted/);
  });

  it("grows while it is mounted", async () => {
    const MiB = 1024 * 1024;
    const size = (): Promise<string> => shell(a, `blockdev --getsize64 ${device}`);
    expect(await size()).toBe(String(256 * MiB));
    await a.growDevice(volume.name, 384 * MiB);
    expect(await size()).toBe(String(384 * MiB));
    if (maySetResources()) {
      await shell(a, `resize2fs ${device}`);
      expect(Number(await shell(a, "stat -f -c %b /mnt/v")) * 4096).toBeGreaterThan(320 * MiB);
    } else {
      // Some containers lack the capability, and their machines too.
      await expect(shell(a, `resize2fs ${device}`)).rejects.toThrow("Permission denied to resize filesystem");
    }
    // EBS cannot shrink a volume.
    await a.growDevice(volume.name, 256 * MiB);
    expect(await size()).toBe(String(384 * MiB));
  });

  it("moves with its content after a power loss, even with a frozen process", async () => {
    // Container runtimes briefly freeze containers; under cgroup v1 a frozen process does not die of SIGKILL.
    await shell(a, `(cd /mnt/v; exec sleep 1000 >/dev/null 2>&1) & ${freeze}`);
    await a.powerOff();
    expect((await listLoopDevices()).filter(({ backing }) => backing === volume.backing)).toEqual([]);
    await a.detachDevice(volume.name);
    await b.attachDevice(volume);
    expect(await shell(b, `mkdir -p /mnt/v && mount ${device} /mnt/v && cat /mnt/v/file && umount /mnt/v`)).toBe(
      "hello",
    );
    await b.detachDevice(volume.name);
    expect(await shell(b, `test -e ${device} || echo gone`)).toBe("gone");
  });
});

describe("power", () => {
  it("off means silence, not a refused connection", async () => {
    const rule: FirewallRule = { protocol: "all", fromPort: 0, toPort: 0, peer: { cidr: "0.0.0.0/0" } };
    await network.setFirewall({ all: { members: [names.a, names.b], ingress: [rule], egress: [rule] } });
    expect(a.running).toBe(false);
    expect(await knock(b, `http://${names.a}:9/`)).toBe(28);
    await booted(a);
    expect(await knock(b, `http://${names.a}:9/`)).toBe(7);
  });

  it("on again finds the disk, but no old network state", async () => {
    expect(await shell(a, "cat /root/greetings")).toBe('100% "a"');
    expect(await shell(a, "cat /proc/sys/vm/max_map_count")).toBe(
      readFileSync("/proc/sys/vm/max_map_count", "utf8").trim(),
    );
    expect(await shell(a, "ip -o link | wc -l")).toBe("2");
  });

  it("lost from inside is distinguished as reboot, halt or crash", async () => {
    await b.attachDevice(volume);
    const stops: [string, StopReason][] = [
      ["systemctl reboot", "reboot"],
      ["systemctl poweroff", "halted"],
    ];
    for (const [command, expected] of stops) {
      const stopped = nextStop(b);
      await b.exec(["sh", "-c", command]);
      expect(await stopped).toBe(expected);
      await booted(b);
      expect(await shell(b, `ls /dev/${volume.name}`)).toBe(`/dev/${volume.name}`);
    }
    const stopped = nextStop(b);
    process.kill(b.pid ?? 0, "SIGKILL");
    expect(await stopped).toBe("off");
  });

  it("is switched off cleanly by halt", async () => {
    await booted(b);
    const stopped = nextStop(b);
    await b.halt();
    expect(await stopped).toBe("off");
    expect(readFileSync(b.consoleLog, "utf8")).toMatch(/Reached target .*(System Halt|System Power Off|Final Step)/);
  });
});

describe("a dead supervisor", () => {
  it("leaves its machines running for the next one", async () => {
    const script = join(__dirname, "startMachine.ts");
    const supervisor = spawn(process.execPath, ["--import", "tsx", script, b.directory], {
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    await once(supervisor.stdout, "data");
    process.kill(-(supervisor.pid ?? 0), "SIGHUP");
    process.kill(-(supervisor.pid ?? 0), "SIGKILL");
    await sleep(1000);
    const adopted = await Machine.open(b.directory);
    if (adopted === undefined) throw new Error("the machine was not found again");
    expect(adopted.running).toBe(true);
    expect(await shell(adopted, "hostname")).toBe("b");
    const stopped = nextStop(adopted);
    await adopted.powerOff();
    expect(await stopped).toBe("off");
  });
});

describe("cleanup", () => {
  it("of one machine releases its resources", async () => {
    const { namespace } = a.port;
    await a.destroy();
    await network.removePort("a");
    expect(existsSync(a.directory)).toBe(false);
    expect((await leftovers(directory)).filter((line) => line.endsWith(namespace))).toEqual([]);
  });

  it("of everything leaves nothing behind, even after a crash", async () => {
    await booted(b);
    expect(await leftovers(directory)).not.toEqual([]);
    await destroyEverything(directory);
    expect(await leftovers(directory)).toEqual([]);
    expect(services.exitCode ?? services.signalCode).not.toBeNull();
  });
});
