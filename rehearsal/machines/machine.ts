import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { setClocks } from "./clock";
import { createCgroups, removeCgroups } from "./cgroups";
import { type CommandOptions, run } from "../command";
import { SerialQueue } from "../serialQueue";
import { type AttachedDevice, createDeviceNode, planDevice, removeDeviceNode, renderDevices } from "./devices";
import { kill, launch, readCgroups, scripts, searchPath, stopReason } from "./launcher";
import { attachLoop, isLoopBusy, releaseLoops } from "./loopDevices";
import { createMachineRoot } from "./machineRoot";
import { connectPort, disconnectPort } from "./namespaces";
import {
  type ProcessIdentity,
  allProcesses,
  isAlive,
  programOf,
  readIdentity,
  readText,
  signal,
  withAncestors,
} from "./processes";
import type { BlockDevice, ExecResult, Machine, MachineOptions, Port, StopReason } from "./types";

/** SIGRTMIN+3, which halts systemd (systemd(1)). SIGRTMIN is 34: the C library reserves the first two signals. */
const haltSignal = 34 + 3;

/** State on disk, from which another process can take over. */
interface MachineState {
  readonly id: string;
  readonly image: string;
  readonly port: Port;
  readonly environment: Readonly<Record<string, string>>;
  devices: AttachedDevice[];
}

/** Creates a machine that is off. Nothing runs and nothing is mounted yet. */
export async function createMachine(options: MachineOptions): Promise<Machine> {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9-]{0,62}$/.test(options.id)) throw new Error(`invalid machine name "${options.id}"`);
  const directory = resolve(options.directory);
  if (existsSync(join(directory, "machine.json"))) throw new Error(`${directory} already contains a machine`);
  const { id, port, environment } = options;
  const state: MachineState = { id, image: resolve(options.image), port, environment, devices: [] };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await createMachineRoot({ ...options, directory, image: state.image }, scripts);
  const machine = new LocalMachine(directory, state);
  machine.save();
  return machine;
}

/**
 * Opens a machine that another process created, running or not. Cleans up after one that stopped while no process watched it.
 * Undefined if the directory contains none.
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
  private readonly queue = new SerialQueue();

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
    writeFileSync(this.file("devices"), renderDevices(this.state.devices));
  }

  async adopt(): Promise<void> {
    this.identity = readIdentity(this.file("pid"));
    if (this.running) this.watch();
    else if (existsSync(this.file("cgroups"))) await this.queue.run(() => this.cleanUp());
  }

  start(): Promise<void> {
    return this.queue.run(async () => {
      if (this.identity !== undefined) throw new Error(`machine ${this.id} runs already`);
      this.switchedOff = false;
      try {
        await connectPort(this.port);
        for (const device of this.state.devices) await this.bind(device);
        const cgroups = createCgroups(this.port.namespace);
        const lines = cgroups.entries.map(({ path, options }) => `${path} ${options}\n`);
        writeFileSync(this.file("cgroups"), lines.join(""));
        this.identity = await launch({
          id: this.id,
          directory: this.directory,
          image: this.state.image,
          namespace: this.port.namespace,
          cgroupVersion: cgroups.version,
        });
      } catch (error) {
        await this.cleanUp();
        throw error;
      }
      this.watch();
    });
  }

  powerOff(): Promise<void> {
    return this.queue.run(async () => {
      const identity = this.identity;
      if (identity === undefined) return;
      this.switchedOff = true;
      // The network goes first: a machine without power cannot say goodbye to its peers.
      await disconnectPort(this.port, { keepNamespace: true });
      await kill(identity, this.directory);
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
    await this.queue.run(async () => {
      await this.cleanUp();
      await rm(this.directory, { recursive: true, force: true });
    });
  }

  exec(argv: readonly string[], options: Pick<CommandOptions, "stdin" | "timeoutMs"> = {}): Promise<ExecResult> {
    if (!this.running) return Promise.reject(new Error(`machine ${this.id} is off`));
    return run(this.insideCommand(argv), options);
  }

  async setClocks(programs: readonly string[], ahead: number): Promise<number> {
    const init = this.pid;
    if (init === undefined) throw new Error(`machine ${this.id} is off`);
    const pids = allProcesses().filter((pid) => programs.includes(programOf(pid)) && withAncestors(pid).has(init));
    await setClocks(pids, ahead);
    return pids.length;
  }

  shellCommand(argv?: readonly string[]): string[] {
    // The host's terminal has no name inside the machine; `script` creates one, for job control and editors.
    return this.insideCommand(argv ?? ["script", "--quiet", "--return", "--command", "exec bash -l", "/dev/null"], {
      TERM: process.env["TERM"] ?? "linux",
    });
  }

  attachDevice(device: BlockDevice): Promise<void> {
    return this.queue.run(async () => {
      const planned = planDevice({ ...device, backing: resolve(device.backing) }, this.state.devices);
      // Binding also finds out, for a machine that is off, whether another one uses the file.
      const { index } = await attachLoop(planned.backing);
      const running = this.running;
      if (!running) await releaseLoops(planned.backing);
      const attached = running ? { ...planned, minor: index } : planned;
      this.state.devices.push(attached);
      this.save();
      if (running) await createDeviceNode(this.insideRoot(), attached);
    });
  }

  detachDevice(name: string): Promise<void> {
    return this.queue.run(async () => {
      const device = this.state.devices.find((candidate) => candidate.name === name);
      if (device === undefined) return;
      if (this.running) {
        if (device.minor !== undefined && isLoopBusy(device.minor)) {
          throw new Error(`device ${name} of ${this.id} is mounted`);
        }
        removeDeviceNode(this.insideRoot(), device);
      }
      await releaseLoops(device.backing);
      this.state.devices = this.state.devices.filter((other) => other !== device);
      this.save();
    });
  }

  private file(name: string): string {
    return join(this.directory, name);
  }

  /** Binds a device's file for a boot and records the loop device. */
  private async bind(device: AttachedDevice): Promise<void> {
    const { index } = await attachLoop(device.backing);
    this.state.devices = this.state.devices.map((other) => (other === device ? { ...device, minor: index } : other));
    this.save();
  }

  /** Detects that the machine stopped by itself. Does not keep this process alive. */
  private watch(): void {
    const watched = this.identity;
    const timer = setInterval(() => {
      if (watched !== undefined && this.identity === watched && isAlive(watched)) return;
      clearInterval(timer);
      this.queue
        .run(async () => {
          if (this.identity === watched) await this.settle();
        })
        .catch((error: unknown) => {
          process.emitWarning(`machine ${this.id} stopped and could not be cleaned up: ${String(error)}`);
        });
    }, 50);
    timer.unref();
  }

  /** Releases the resources of a stopped machine, then notifies listeners. */
  private async settle(): Promise<void> {
    await this.cleanUp();
    const reason = this.switchedOff ? "off" : stopReason(readText(this.file("exit")).trim());
    for (const listener of this.listeners) listener(reason);
  }

  private async cleanUp(): Promise<void> {
    await disconnectPort(this.port);
    for (const device of this.state.devices) await releaseLoops(device.backing);
    this.state.devices = this.state.devices.map(({ name, backing, node }) => ({ name, backing, node }));
    this.save();
    await removeCgroups(readCgroups(this.directory));
    for (const file of ["cgroups", "pid", "ready"]) rmSync(this.file(file), { force: true });
    this.identity = undefined;
  }

  private insideCommand(argv: readonly string[], extra: Readonly<Record<string, string>> = {}): string[] {
    const defaults = { PATH: searchPath, HOME: "/root", LANG: "C.UTF-8", TERM: "dumb" };
    const words = Object.entries({ ...defaults, ...this.state.environment, ...extra });
    const environment = words.map(([name, value]) => `${name}=${value}`);
    const pid = String(this.identity?.pid ?? "");
    return ["bash", join(scripts, "enter.sh"), pid, this.file("cgroups"), "env", "-i", ...environment, ...argv];
  }

  private insideRoot(): string {
    return `/proc/${this.identity?.pid ?? 0}/root`;
  }
}
