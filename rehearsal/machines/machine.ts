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
import { adoptFileSize, attachLoop, growBackingFile, isLoopBusy, releaseLoops } from "./loopDevices";
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
import type { BlockDevice, ExecResult, MachineOptions, Port, StopReason } from "./types";

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

/** Machine with its own root, network namespace, cgroups and block devices. */
export class Machine {
  readonly id: string;
  readonly port: Port;
  /** File with the console output of all boots. */
  readonly consoleLog: string;
  private identity: ProcessIdentity | undefined;
  private listeners: ((reason: StopReason) => void)[] = [];
  private switchedOff = false;
  private readonly queue = new SerialQueue();

  private constructor(
    readonly directory: string,
    private readonly state: MachineState,
  ) {
    this.id = state.id;
    this.port = state.port;
    this.consoleLog = join(directory, "console.log");
  }

  /** Creates a machine that is off. Nothing runs and nothing is mounted yet. */
  static async create(options: MachineOptions): Promise<Machine> {
    if (!/^[a-zA-Z0-9][a-zA-Z0-9-]{0,62}$/.test(options.id)) throw new Error(`invalid machine name "${options.id}"`);
    const directory = resolve(options.directory);
    if (existsSync(join(directory, "machine.json"))) throw new Error(`${directory} already contains a machine`);
    const { id, port, environment } = options;
    const state: MachineState = { id, image: resolve(options.image), port, environment, devices: [] };
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    await createMachineRoot({ ...options, directory, image: state.image }, scripts);
    const machine = new Machine(directory, state);
    machine.save();
    return machine;
  }

  /**
   * Opens a machine that another process created, running or not. Cleans up after one that stopped while no process watched it.
   * Undefined if the directory contains none.
   */
  static async open(directory: string): Promise<Machine | undefined> {
    const file = join(resolve(directory), "machine.json");
    if (!existsSync(file)) return undefined;
    const machine = new Machine(resolve(directory), JSON.parse(readFileSync(file, "utf8")) as MachineState);
    machine.identity = readIdentity(machine.file("pid"));
    if (machine.running) machine.watch();
    else if (existsSync(machine.file("cgroups"))) await machine.queue.run(() => machine.cleanUp());
    return machine;
  }

  get running(): boolean {
    return this.identity !== undefined && isAlive(this.identity);
  }

  /** Process id of the machine's PID 1 on the host, while it runs. */
  get pid(): number | undefined {
    return this.running ? this.identity?.pid : undefined;
  }

  /** Paths of its cgroup in each hierarchy. @throws if the machine is off */
  get cgroups(): readonly string[] {
    if (!this.running) throw new Error(`machine ${this.id} is off`);
    return readCgroups(this.directory);
  }

  get devices(): readonly BlockDevice[] {
    return this.state.devices.map(({ name, backing }) => ({ name, backing }));
  }

  /** Registers a callback for every stop. */
  onStop(callback: (reason: StopReason) => void): void {
    this.listeners.push(callback);
  }

  private save(): void {
    writeFileSync(this.file("machine.json.new"), JSON.stringify(this.state, null, 2));
    renameSync(this.file("machine.json.new"), this.file("machine.json"));
    writeFileSync(this.file("devices"), renderDevices(this.state.devices));
  }

  /** Boots the machine. Resolves when its systemd accepts commands; otherwise rejects with the console's last lines. */
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

  /** Cuts the power: disconnects the network, kills every process, releases devices. The disk stays. */
  powerOff(): Promise<void> {
    return this.queue.run(async () => {
      const identity = this.identity;
      if (identity === undefined) return;
      this.switchedOff = true;
      // Disconnect first: when power fails, processes cannot close their connections.
      await disconnectPort(this.port, { keepNamespace: true });
      await kill(identity, this.directory);
      await this.settle();
    });
  }

  /** Shuts down cleanly; cuts the power after `timeoutMs`. */
  async halt(timeoutMs = 30_000): Promise<void> {
    const identity = this.identity;
    if (identity !== undefined && signal(identity, haltSignal)) {
      this.switchedOff = true;
      const deadline = Date.now() + timeoutMs;
      while (isAlive(identity) && Date.now() < deadline) await sleep(20);
    }
    await this.powerOff();
  }

  /** Powers off and removes everything except backing files and the port: cgroups, mounts, devices, directory. */
  async destroy(): Promise<void> {
    await this.powerOff();
    await this.queue.run(async () => {
      await this.cleanUp();
      await rm(this.directory, { recursive: true, force: true });
    });
  }

  /** Runs a command as root in the machine's cgroups. Rejects only if the machine is off. */
  exec(argv: readonly string[], options: Pick<CommandOptions, "stdin" | "timeoutMs"> = {}): Promise<ExecResult> {
    if (!this.running) return Promise.reject(new Error(`machine ${this.id} is off`));
    return run(this.insideCommand(argv), options);
  }

  /**
   * Sets the clocks of running processes of these programs (file names) to the host's plus `ahead` seconds (negative: behind;
   * 0 restores them). Resolves with the number of processes. Rejects if the machine is off, and on other hosts than x86-64.
   */
  async setClocks(programs: readonly string[], ahead: number): Promise<number> {
    const init = this.pid;
    if (init === undefined) throw new Error(`machine ${this.id} is off`);
    const pids = allProcesses().filter((pid) => programs.includes(programOf(pid)) && withAncestors(pid).has(init));
    await setClocks(pids, ahead);
    return pids.length;
  }

  /** Command line that opens a shell (or runs `argv`) inside, for the host with inherited stdio. */
  shellCommand(argv?: readonly string[]): string[] {
    // The host's terminal has no name inside the machine; `script` creates one, for job control and editors.
    return this.insideCommand(argv ?? ["script", "--quiet", "--return", "--command", "exec bash -l", "/dev/null"], {
      TERM: process.env["TERM"] ?? "linux",
    });
  }

  /** Attaches a device now, or at the next start of a machine that is off. Rejects if the file is in use elsewhere. */
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

  /** Detaches a device, if it is attached. Rejects while it is mounted. */
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

  /** Grows a device, also while it is mounted. */
  growDevice(name: string, bytes: number): Promise<void> {
    return this.queue.run(async () => {
      const device = this.state.devices.find((candidate) => candidate.name === name);
      if (device === undefined || !(await growBackingFile(device.backing, bytes))) return;
      if (this.running && device.minor !== undefined) await adoptFileSize(device.minor);
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
