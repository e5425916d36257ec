import { UsageError, printJson } from "../../cli/program";
import { createCommand, lastRun, numberIn, runs } from "../../cli/command";

test("the exit code of an action is that of the process", async () => {
  const command = createCommand("sample", { summary: "a sample" })
    .argument("<stack>")
    .action(runs(() => Promise.resolve(7)));
  await command.parseAsync(["prod"], { from: "user" });
  expect(lastRun).toEqual({ command, exitCode: 7 });
});

test("a failure of an action reaches the caller", async () => {
  const command = createCommand("sample", { summary: "a sample" }).action(
    runs(() => {
      throw new UsageError("no");
    }),
  );
  await expect(command.parseAsync([], { from: "user" })).rejects.toThrow(UsageError);
  expect(lastRun.command).toBe(command);
});

test.each([
  ["", false],
  [" ", false],
  ["x", false],
  ["-1", false],
  ["Infinity", false],
  ["11", false],
  ["0", true],
  ["2.5", true],
  ["10", true],
])("%j as a number from 0 to 10: %s", (text, valid) => {
  const parse = () => numberIn(0, 10)(text);
  if (valid) expect(parse()).toBe(Number(text));
  else expect(parse).toThrow("Write a number from 0 to 10.");
});

test("JSON is one document that ends with a line break", () => {
  const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  expect(printJson({ a: [1] })).toBe(0);
  expect(write.mock.calls).toEqual([['{\n  "a": [\n    1\n  ]\n}\n']]);
  write.mockRestore();
});
