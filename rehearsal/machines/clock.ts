/**
 * Wrong clocks for single processes. Machines share the host's kernel, and no namespace separates CLOCK_REALTIME; but programs
 * read it through the vDSO (vdso(7)), code that the kernel maps into each process. This patches a process's own copy of that
 * page with code that makes the system call and adds an offset. Works for static Go programs and for those that use the C
 * library. Monotonic time does not change, just as when NTP or a hypervisor sets a clock.
 */
import { readdirSync, writeSync } from "node:fs";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseStat, readText } from "./processes";
import { type Mapping, symbols, vdsoImage, vdsoOf, withMemory } from "./vdso";

/** Time limit for stopping a process outside its vDSO; calls into the vDSO take only nanoseconds. */
const stillMs = 2_000;

/** x86-64 code for each patched symbol, with `ahead` in seconds (System V ABI; the system call clobbers rcx and r11). */
const replacements: Readonly<Record<string, (ahead: Buffer) => Buffer>> = {
  // mov $228,%eax; syscall; test %edi,%edi; jne 1f; movabs $ahead,%rcx; add %rcx,(%rsi); 1: ret
  __vdso_clock_gettime: (ahead) => code("b8e40000000f0585ff750d48b9", ahead, "48010ec3"),
  // mov $96,%eax; syscall; test %rdi,%rdi; je 1f; movabs $ahead,%rcx; add %rcx,(%rdi); 1: ret
  __vdso_gettimeofday: (ahead) => code("b8600000000f054885ff740d48b9", ahead, "48010fc3"),
};

function code(before: string, ahead: Buffer, after: string): Buffer {
  return Buffer.concat([Buffer.from(before, "hex"), ahead, Buffer.from(after, "hex")]);
}

/**
 * Sets the clocks of running processes to the host's plus `ahead` seconds (negative: behind); 0 restores them. Processes that
 * they start later use the host's clock.
 * @throws on processors other than x86-64, and for a process that cannot be stopped or written to
 */
export async function setClocks(pids: readonly number[], ahead: number): Promise<void> {
  if (process.arch !== "x64") throw new Error(`clocks can only be set on x86-64, but this host is ${process.arch}`);
  const seconds = Buffer.alloc(8);
  seconds.writeBigInt64LE(BigInt(ahead));
  const image = vdsoImage();
  const addresses = symbols(image);
  const patches = Object.entries(replacements).map(([name, replace]) => {
    const at = addresses[name];
    if (at === undefined) throw new Error(`this kernel's vDSO has no ${name}`);
    const replacement = replace(seconds);
    return { at, bytes: ahead === 0 ? image.subarray(at, at + replacement.length) : replacement };
  });
  for (const pid of pids) {
    await whileStopped(pid, ({ start }) => {
      withMemory(pid, "r+", (memory) => {
        for (const { at, bytes } of patches) writeSync(memory, bytes, 0, bytes.length, start + at);
      });
    });
  }
}

/** Acts on a process while all its threads are stopped outside its vDSO. */
async function whileStopped(pid: number, act: (vdso: Mapping) => void): Promise<void> {
  const deadline = Date.now() + stillMs;
  for (;;) {
    const vdso = vdsoOf(pid);
    process.kill(pid, constants.signals.SIGSTOP);
    try {
      while (!threads(pid).every(isStopped) && Date.now() < deadline) await sleep(1);
      if (threads(pid).every((thread) => isStopped(thread) && !isWithin(vdso, thread))) {
        act(vdso);
        return;
      }
    } finally {
      process.kill(pid, constants.signals.SIGCONT);
    }
    if (Date.now() > deadline) throw new Error(`process ${pid} did not stop outside its vDSO within ${stillMs} ms`);
    await sleep(5);
  }
}

function threads(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
}

const isStopped = (thread: string): boolean => "TZX".includes(parseStat(readText(`${thread}/stat`)).state ?? "X");

/** The last word of `syscall` is the program counter (proc_pid_syscall(5)). */
function isWithin({ start, end }: Mapping, thread: string): boolean {
  const counter = Number(readText(`${thread}/syscall`).trim().split(" ").at(-1));
  return counter >= start && counter < end;
}
