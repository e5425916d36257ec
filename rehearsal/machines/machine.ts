import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createCgroups, removeCgroups } from "./cgroups";
import { must, run, sleep } from "./command";
import { attachLoop, loopIsBusy, releaseLoops } from "./loopDevices";
import { layOutMachine } from "./machineRoot";
import { cutWire, plugWire } from "./namespaces";
import { type ProcessIdentity, isAlive, readIdentity, readText, signal } from "./processes";
import type { BlockDevice, ExecResult, Machine, MachineOptions, Port, StopReason } from "./types";

const scripts = join(__dirname, "files");
const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/** systemd halts on this (systemd(1), SIGRTMIN+3); Linux' C libraries keep the first two real-time signals, so 34 is the minimum. */
const haltSignal = 37;
/** Longest time from the launcher's start to the machine's init, on a host that is busy booting others. */
const launchTimeoutMs = 30_000;

/** What is kept on disk so that another process can take over. */
interface MachineState {
  readonly id: string;
  readonly image: string;
  readonly port: Port;
  readonly environment: Readonly<Record<string, string>>;
  devices: AttachedDevice[];
}

interface AttachedDevice extends BlockDevice {
  /** Name below /dev of the device itself; `name` is a link to it where the two differ. */
  readonly node: string;
}

/** Makes a machine that is off. Its directory is laid out; nothing runs and nothing is mounted yet. */
export async function createMachine(options: MachineOptions): Promise<Machine> {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9-]{0,62}$/.test(options.id)) throw new Error(`"${options.id}" is no name of a machine`);
  const directory = resolve(options.directory);
  if (existsSync(join(directory, "machine.json"))) throw new Error(`${directory} holds a machine already`);
  const { id, port, environment } = options;
  const state: MachineState = { id, image: resolve(options.image), port, environment, devices: [] };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await layOutMachine({ ...options, directory, image: state.image }, scripts);
  const machine = new LocalMachine(directory, state);
  machine.save();
  return machine;
}

/**
 * Takes over a machine that another process made, whether it runs or not. One that stopped while nobody watched is cleaned up
 * as at any stop. Undefined if the directory holds none.
 */
export async function openMachine(directory: string): Promise<Machine | undefined> {
  const file = join(resolve(directory), "machine.json");
  if (!existsSync(file)) return undefined;
  const machine = new LocalMachine(resolve(directory), JSON.parse(readFileSync(file, "utf8")) as MachineState);
  await machine.adopt();
  return machine;
}

class LocalMachine implements Machine {
  readonly id: string;
  readonly port: Port;
  readonly consoleLog: string;
  private identity: ProcessIdentity | undefined;
  private listeners: ((reason: StopReason) => void)[] = [];
  private switchedOff = false;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    readonly directory: string,
    private readonly state: MachineState,
  ) {
    this.id = state.id;
    this.port = state.port;
    this.consoleLog = join(directory, "console.log");
  }

  get running(): boolean {
    return this.identity !== undefined && isAlive(this.identity);
  }

  get pid(): number | undefined {
    return this.running ? this.identity?.pid : undefined;
  }

  get devices(): readonly BlockDevice[] {
    return this.state.devices.map(({ name, backing }) => ({ name, backing }));
  }

  onStop(callback: (reason: StopReason) => void): void {
    this.listeners.push(callback);
  }

  save(): void {
    writeFileSync(this.file("machine.json.new"), JSON.stringify(this.state, null, 2));
    renameSync(this.file("machine.json.new"), this.file("machine.json"));
  }

  async adopt(): Promise<void> {
    this.identity = readIdentity(this.file("pid"));
    if (this.running) this.watch();
    else if (existsSync(this.file("cgroups"))) await this.serially(() => this.cleanUp());
  }

  start(): Promise<void> {
    return this.serially(async () => {
      if (this.identity !== undefined) throw new Error(`machine ${this.id} runs already`);
      this.switchedOff = false;
      for (const file of ["pid", "ready", "exit"]) rmSync(this.file(file), { force: true });
      try {
        await this.launch();
      } catch (error) {
        this.identity = readIdentity(this.file("pid"));
        if (this.identity !== undefined) await this.kill(this.identity);
        await this.cleanUp();
        throw error;
      }
      this.watch();
    });
  }

  powerOff(): Promise<void> {
    return this.serially(async () => {
      const identity = this.identity;
      if (identity === undefined) return;
      this.switchedOff = true;
      await cutWire(this.port, { keepNamespace: true });
      await this.kill(identity);
      await this.settle();
    });
  }

  async halt(timeoutMs = 30_000): Promise<void> {
    const identity = this.identity;
    if (identity !== undefined && signal(identity, haltSignal)) {
      this.switchedOff = true;
      const deadline = Date.now() + timeoutMs;
      while (isAlive(identity) && Date.now() < deadline) await sleep(20);
    }
    await this.powerOff();
  }

  async destroy(): Promise<void> {
    await this.powerOff();
    await this.serially(async () => {
      await this.cleanUp();
      await rm(this.directory, { recursive: true, force: true });
    });
  }

  exec(
    argv: readonly string[],
    options: { readonly stdin?: string | Buffer; readonly timeoutMs?: number } = {},
  ): Promise<ExecResult> {
    if (!this.running) return Promise.reject(new Error(`machine ${this.id} is off`));
    return run(this.insideCommand(argv), options);
  }

  shellCommand(argv?: readonly string[]): string[] {
    // The host's terminal has no name inside; `script` makes one there, for job control and editors.
    return this.insideCommand(argv ?? ["script", "--quiet", "--return", "--command", "exec bash -l", "/dev/null"], {
      TERM: process.env["TERM"] ?? "linux",
    });
  }

  attachDevice(device: BlockDevice): Promise<void> {
    return this.serially(async () => {
      if (!/^[\w.+-]+(\/[\w.+-]+)*$/.test(device.name)) throw new Error(`"${device.name}" is no name of a device`);
      if (this.state.devices.some(({ name }) => name === device.name)) {
        throw new Error(`machine ${this.id} has a device ${device.name} already`);
      }
      const attached = { ...device, backing: resolve(device.backing), node: this.nodeFor(device.name) };
      const loop = await attachLoop(attached.backing);
      this.state.devices.push(attached);
      this.save();
      if (this.running) await this.showDevice(attached, loop.index);
      else await releaseLoops(attached.backing);
    });
  }

  detachDevice(name: string): Promise<void> {
    return this.serially(async () => {
      const device = this.state.devices.find((candidate) => candidate.name === name);
      if (device === undefined) return;
      if (this.running) {
        const minor = this.loopOf(device);
        if (minor !== undefined && loopIsBusy(minor)) throw new Error(`device ${name} of ${this.id} is mounted`);
        for (const path of [device.name, device.node]) rmSync(this.insidePath(`/dev/${path}`), { force: true });
      }
      await releaseLoops(device.backing);
      this.state.devices = this.state.devices.filter((other) => other !== device);
      this.save();
      this.writeDevices(this.deviceLines().filter((line) => !line.startsWith(`${device.node} `)));
    });
  }

  private file(name: string): string {
    return join(this.directory, name);
  }

  /** One change of the machine at a time. */
  private serially<T>(action: () => Promise<T>): Promise<T> {
    const result = this.last.then(action);
    this.last = result.catch(() => undefined);
    return result;
  }

  private async launch(): Promise<void> {
    await plugWire(this.port);
    const cgroups = createCgroups(this.port.namespace);
    writeFileSync(this.file("cgroups"), cgroups.entries.map(({ path, options }) => `${path} ${options}\n`).join(""));
    this.writeDevices([]);
    const lines: string[] = [];
    for (const device of this.state.devices) {
      const loop = await attachLoop(device.backing);
      lines.push(deviceLine(device, loop.index));
    }
    this.writeDevices(lines);
    const command = `bash '${join(scripts, "launch.sh").replaceAll("'", `'\\''`)}'`;
    const terminal = ["--quiet", "--flush", "--append", "--return", "--command", command, this.consoleLog];
    const child = spawn("script", terminal, {
      detached: true,
      stdio: "ignore",
      cwd: "/",
      env: {
        PATH: searchPath,
        HF_DIRECTORY: this.directory,
        HF_IMAGE: this.state.image,
        HF_NAMESPACE: this.port.namespace,
        HF_HOSTNAME: this.id,
        HF_CGROUP_VERSION: String(cgroups.version),
      },
    });
    let ended: string | undefined;
    child.on("error", (error) => (ended = error.message));
    child.on("exit", (code) => (ended = `exit code ${code ?? "unknown"}`));
    child.unref();
    const deadline = Date.now() + launchTimeoutMs;
    while (readText(this.file("ready")) === "") {
      if (ended !== undefined || Date.now() > deadline) {
        const why = ended ?? `no init after ${launchTimeoutMs / 1000} s`;
        throw new Error(`machine ${this.id} did not start (${why}): ${readText(this.consoleLog).slice(-2000).trim()}`);
      }
      await sleep(10);
    }
    this.identity = readIdentity(this.file("pid"));
  }

  /** Notices when the machine stops by itself. Does not keep the process alive. */
  private watch(): void {
    const watched = this.identity;
    const timer = setInterval(() => {
      if (this.identity !== watched || watched === undefined) clearInterval(timer);
      else if (!isAlive(watched)) {
        clearInterval(timer);
        void this.serially(async () => {
          if (this.identity === watched) await this.settle();
        });
      }
    }, 50);
    timer.unref();
  }

  private async kill(identity: ProcessIdentity): Promise<void> {
    signal(identity, constants.signals.SIGKILL);
    const deadline = Date.now() + 30_000;
    while (isAlive(identity)) {
      if (Date.now() > deadline) throw new Error(`machine ${this.id}: process ${identity.pid} does not die`);
      await sleep(5);
    }
  }

  /** After its last process died: gives back what it held, then tells those who asked. */
  private async settle(): Promise<void> {
    await this.cleanUp();
    const reason = this.switchedOff ? "off" : stopReason(readText(this.file("exit")).trim());
    for (const listener of this.listeners) listener(reason);
  }

  private async cleanUp(): Promise<void> {
    await cutWire(this.port);
    for (const device of this.state.devices) await releaseLoops(device.backing);
    const cgroups = readText(this.file("cgroups"))
      .split("\n")
      .filter((line) => line !== "");
    await removeCgroups(cgroups.map((line) => line.split(" ")[0] ?? ""));
    for (const file of ["cgroups", "pid", "ready"]) rmSync(this.file(file), { force: true });
    this.identity = undefined;
  }

  private insideCommand(argv: readonly string[], extra: Readonly<Record<string, string>> = {}): string[] {
    const environment = {
      PATH: searchPath,
      HOME: "/root",
      LANG: "C.UTF-8",
      TERM: "dumb",
      ...this.state.environment,
      ...extra,
    };
    const words = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const pid = String(this.identity?.pid ?? "");
    return ["bash", join(scripts, "enter.sh"), pid, this.file("cgroups"), "env", "-i", ...words, ...argv];
  }

  private insidePath(path: string): string {
    return `/proc/${this.identity?.pid ?? 0}/root${path}`;
  }

  /** EC2 shows volumes as NVMe disks, in the order in which they come. A name without a folder is the device's own. */
  private nodeFor(name: string): string {
    if (!name.includes("/")) return name;
    const taken = new Set(this.state.devices.map((device) => device.node));
    for (let index = 1; ; index += 1) if (!taken.has(`nvme${index}n1`)) return `nvme${index}n1`;
  }

  private async showDevice(device: AttachedDevice, minor: number): Promise<void> {
    this.writeDevices([...this.deviceLines(), deviceLine(device, minor)]);
    await must(["mknod", "-m", "660", this.insidePath(`/dev/${device.node}`), "b", "7", String(minor)]);
    if (device.node === device.name) return;
    const link = this.insidePath(`/dev/${device.name}`);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(`/dev/${device.node}`, link);
  }

  private deviceLines(): string[] {
    return readText(this.file("devices"))
      .split("\n")
      .filter((line) => line !== "");
  }

  private writeDevices(lines: readonly string[]): void {
    writeFileSync(this.file("devices"), lines.map((line) => `${line}\n`).join(""));
  }

  private loopOf(device: AttachedDevice): number | undefined {
    const line = this.deviceLines().find((candidate) => candidate.startsWith(`${device.node} `));
    return line === undefined ? undefined : Number(line.split(" ")[1]);
  }
}

/** A line of the file that root.sh makes devices from: node, minor number, link. */
const deviceLine = (device: AttachedDevice, minor: number): string =>
  [device.node, minor, ...(device.name === device.node ? [] : [device.name])].join(" ");

/** How PID 1 of a namespace ends tells what it asked the kernel for (pid_namespaces(7)): reboot SIGHUP, halt SIGINT. */
function stopReason(exit: string): StopReason {
  if (exit === String(128 + constants.signals.SIGHUP)) return "reboot";
  if (exit === String(128 + constants.signals.SIGINT)) return "halted";
  return "off";
}
