/** Output of the commands that a test runs. */

export interface Printed {
  out: string;
  err: string;
}

/** Registers hooks that record standard output and standard error of each test instead of showing them. */
export function recordOutput(): Printed {
  const printed: Printed = { out: "", err: "" };
  beforeEach(() => {
    clear(printed);
    for (const [name, stream] of [["out", process.stdout] as const, ["err", process.stderr] as const]) {
      jest.spyOn(stream, "write").mockImplementation((text) => {
        printed[name] += String(text);
        return true;
      });
    }
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  return printed;
}

/** Forgets the output of an earlier command of the same test. */
export function clear(printed: Printed): void {
  Object.assign(printed, { out: "", err: "" });
}
