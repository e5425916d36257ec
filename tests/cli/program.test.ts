import { UsageError, execute, parseStackArgument } from "../../cli/program";

const usage = "npm run sample -- <stack>\n";
const options = { wait: { type: "string" } } as const;

let printed: { out: string; err: string };
beforeEach(() => {
  printed = { out: "", err: "" };
  const record = (stream: keyof typeof printed) => (text: string | Uint8Array) => {
    printed[stream] += String(text);
    return true;
  };
  jest.spyOn(process.stdout, "write").mockImplementation(record("out"));
  jest.spyOn(process.stderr, "write").mockImplementation(record("err"));
});
afterEach(() => {
  jest.restoreAllMocks();
});

const fails = (): never => {
  throw new Error("access denied");
};

test("a program gets options and positional arguments and returns its exit code", async () => {
  const argv = ["prod", "--wait", "5", "more"];
  const code = await execute({ usage, options, argv }, ({ values, positionals }) => {
    expect([values.wait, positionals]).toEqual(["5", ["prod", "more"]]);
    return Promise.resolve(7);
  });
  expect([code, printed]).toEqual([7, { out: "", err: "" }]);
});

test.each(["--help", "-h"])("%s prints the usage to standard output", async (help) => {
  expect(await execute({ usage, options, argv: ["prod", help] }, fails)).toBe(0);
  expect(printed).toEqual({ out: usage, err: "" });
});

test.each<[string, string[], RegExp]>([
  ["an unknown option", ["prod", "--what"], /^Unknown option '--what'/],
  ["an option without its value", ["prod", "--wait"], /^Option '--wait <value>' argument missing/],
  ["no stack", [], /^specify one stack\n/],
  ["two stacks", ["dev", "prod"], /^specify one stack\n/],
])("%s: exit code 2, message and usage", async (_, argv, message) => {
  const code = await execute({ usage, options, argv }, ({ positionals }) => parseStackArgument(positionals).length);
  expect([code, printed.out]).toEqual([2, ""]);
  expect(printed.err).toMatch(message);
  expect(printed.err.endsWith(`\n\n${usage}`)).toBe(true);
});

test("an error: exit code 1 and its message", async () => {
  expect(await execute({ usage, options, argv: [] }, fails)).toBe(1);
  expect(printed).toEqual({ out: "", err: "access denied\n" });
});

test("explain formats errors, except UsageError", async () => {
  const program = { usage, options, argv: [], explain: () => "formatted error" };
  expect(await execute(program, fails)).toBe(1);
  expect(printed.err).toBe("formatted error\n");
  printed.err = "";
  const wrong = () => Promise.reject(new UsageError("specify a command"));
  expect(await execute(program, wrong)).toBe(2);
  expect(printed.err).toBe(`specify a command\n\n${usage}`);
});
