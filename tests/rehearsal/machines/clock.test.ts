import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setClocks } from "../../../rehearsal/machines/clock";

/** Prints its wall clock and its monotonic clock on each input. */
const program = `process.stdin.on("data", () =>
  console.log(JSON.stringify({ wall: Date.now(), monotonic: performance.now() })));`;

interface Clocks {
  wall: number;
  monotonic: number;
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function startClock(): { pid: number; read: () => Promise<Clocks> } {
  const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    async read() {
      child.stdin.write("?\n");
      return JSON.parse(String((await lines.next()).value)) as Clocks;
    },
  };
}

const aheadOf = async (read: () => Promise<Clocks>): Promise<number> =>
  Math.round(((await read()).wall - Date.now()) / 1000);

(process.arch === "x64" ? describe : describe.skip)("clocks of processes", () => {
  it("can be set ahead, behind and back, without changing monotonic time", async () => {
    const { pid, read } = startClock();
    const before = await read();
    for (const ahead of [3600, -240, 0]) {
      await setClocks([pid], ahead);
      expect(await aheadOf(read)).toBeCloseTo(ahead, 0);
    }
    const ran = (await read()).monotonic - before.monotonic;
    expect(ran).toBeGreaterThan(0);
    expect(ran).toBeLessThan(60_000);
  });

  it("change only for the given processes", async () => {
    const [one, other] = [startClock(), startClock()];
    await Promise.all([one.read(), other.read()]);
    await setClocks([one.pid], 3600);
    expect(await aheadOf(one.read)).toBeCloseTo(3600, 0);
    expect(await aheadOf(other.read)).toBeCloseTo(0, 0);
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000);
  });

  it("can be set while the process does nothing but read them", async () => {
    const child = spawn(process.execPath, ["-e", "for (;;) Date.now()"], { stdio: "ignore" });
    children.push(child);
    for (const ahead of [60, -60, 0, 60, 0]) await setClocks([child.pid ?? 0], ahead);
    expect(child.exitCode).toBeNull();
    expect(child.signalCode).toBeNull();
  });

  it("cannot be set for an ended process", async () => {
    await expect(setClocks([2 ** 22], 60)).rejects.toThrow("ENOENT");
  });
});
