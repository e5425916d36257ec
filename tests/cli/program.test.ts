import { UsageError, execute, parseStackArgument } from "../../cli/program";

const usage = "npm run sample -- <stack>\n";
const options = { wait: { type: "string" } } as const;

let said: { out: string; err: string };
beforeEach(() => {
  said = { out: "", err: "" };
  const hear = (where: keyof typeof said) => (text: string | Uint8Array) => {
    said[where] += String(text);
    return true;
  };
  jest.spyOn(process.stdout, "write").mockImplementation(hear("out"));
  jest.spyOn(process.stderr, "write").mockImplementation(hear("err"));
});
afterEach(() => {
  jest.restoreAllMocks();
});

const fails = (): never => {
  throw new Error("AWS says no");
};

test("a program is given its options and the rest, and says how it ends", async () => {
  const argv = ["prod", "--wait", "5", "more"];
  const code = await execute({ usage, options, argv }, ({ values, positionals }) => {
    expect([values.wait, positionals]).toEqual(["5", ["prod", "more"]]);
    return Promise.resolve(7);
  });
  expect([code, said]).toEqual([7, { out: "", err: "" }]);
});

test.each(["--help", "-h"])("%s is answered on standard output, whatever else is given", async (help) => {
  expect(await execute({ usage, options, argv: ["prod", help] }, fails)).toBe(0);
  expect(said).toEqual({ out: usage, err: "" });
});

test.each<[string, string[], RegExp]>([
  ["an option that there is not", ["prod", "--what"], /^Unknown option '--what'/],
  ["an option without its value", ["prod", "--wait"], /^Option '--wait <value>' argument missing/],
  ["no stack", [], /^name one stack\n/],
  ["two stacks", ["dev", "prod"], /^name one stack\n/],
])("%s is wrong use: 2, with the usage", async (_, argv, message) => {
  const code = await execute({ usage, options, argv }, ({ positionals }) => parseStackArgument(positionals).length);
  expect([code, said.out]).toEqual([2, ""]);
  expect(said.err).toMatch(message);
  expect(said.err.endsWith(`\n\n${usage}`)).toBe(true);
});

test("an error is told in one line: 1", async () => {
  expect(await execute({ usage, options, argv: [] }, fails)).toBe(1);
  expect(said).toEqual({ out: "", err: "AWS says no\n" });
});

test("a program may explain errors in its own way, but not wrong use", async () => {
  const program = { usage, options, argv: [], explain: () => "a fault of the program" };
  expect(await execute(program, fails)).toBe(1);
  expect(said.err).toBe("a fault of the program\n");
  said.err = "";
  const wrong = () => Promise.reject(new UsageError("name a command"));
  expect(await execute(program, wrong)).toBe(2);
  expect(said.err).toBe(`name a command\n\n${usage}`);
});
