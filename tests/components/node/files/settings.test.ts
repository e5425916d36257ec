import { buildBundle } from "../../../../components/node/bundle.plan";
import { FakeMachine, machines, stacked } from "../nodeSupport";

const cluster = JSON.parse(buildBundle(stacked).files["cluster.json"] ?? "") as Record<string, unknown>;
const list = 'list_settings "$CONFIG/node.json" "$HOLDFAST/cluster.json"\n';
/** What a script sees when asking for each path, and whether jq was asked for it. */
const noJq = 'jq() { echo "jq was asked" >&2; return 1; }\n';

/** Paths of plain names that lead to text and numbers. */
function plainPaths(document: object, above = ""): [string, string][] {
  return Object.entries(document).flatMap(([name, value]: [string, unknown]) => {
    const path = `${above}.${name}`;
    if (typeof value === "string" || typeof value === "number") return [[path, String(value)]];
    return typeof value === "object" && value !== null && !Array.isArray(value) ? plainPaths(value, path) : [];
  });
}

test("what is plain is read without jq, and reads the same", async () => {
  for (const [command, document] of [
    ["node", machines.controlPlane],
    ["cluster", cluster],
  ] as const) {
    const paths = plainPaths(document).filter(([path]) => /^[.A-Za-z]+$/.test(path));
    expect(paths.length).toBeGreaterThan(8);
    const machine = new FakeMachine(machines.controlPlane, cluster);
    const ask = paths.map(([path]) => `${command} ${path}`).join("\n");
    const { code, output } = await machine.run(list + noJq + ask);
    expect([code, output]).toEqual([0, paths.map(([, value]) => `${value}\n`).join("")]);
  }
});

test.each([
  ["a text of several lines", '"a\\nb"', "a\nb\n", 0],
  ["a text with a tab", '"a\\tb"', "a\tb\n", 0],
  ["backslashes and quotes", '"a\\\\n\\"b"', 'a\\n"b\n', 0],
  ["what looks like an option", '"-n"', "-n\n", 0],
  ["spaces around", '" a "', " a \n", 0],
  ["no text at all", '""', "\n", 0],
  ["a number", "7158278826", "7158278826\n", 0],
  ["true", "true", "true\n", 0],
  ["false", "false", "false\n", 1],
  ["nothing", "null", "null\n", 1],
  ["a list", "[1]", "[\n  1\n]\n", 0],
])("%s is read as jq reads it", async (_what, value, expected, status) => {
  const machine = new FakeMachine(machines.worker, {});
  machine.write("config/node.json", `{"outer": {"value": ${value}}}`);
  const ask = "trap - ERR\nstatus=0; node .outer.value || status=$?; exit $status";
  for (const before of ["", list]) {
    const { code, stdout } = await machine.run(before + ask);
    expect([code, stdout]).toEqual([status, expected]);
  }
});

test("a document that has changed since is read itself", async () => {
  const machine = new FakeMachine(machines.worker, {});
  const change = `sleep 0.02; echo '{"region": "eu-west-1"}' >"$CONFIG/node.json"\n`;
  const { stdout } = await machine.run(`${list}node .region\n${change}node .region\n${list}${noJq}node .region`);
  expect(stdout).toBe("eu-central-1\neu-west-1\neu-west-1\n");
});

const { member, ...noMember } = machines.controlPlane;
test.each([
  ["a member with etcd", machines.controlPlane, "yes\n"],
  ["a member of etcd alone", machines.etcd, "yes\n"],
  ["a member whose etcd is elsewhere", { ...noMember, member: { name: member.name } }, "no\n"],
  ["a worker", machines.worker, "no\n"],
])("%s knows whether it holds a volume", async (_what, config, expected) => {
  for (const before of ["", list]) {
    const { code, output } = await new FakeMachine(config, {}).run(
      `${before}if holds_volume; then echo yes; else echo no; fi\n! holds_volume || true`,
    );
    expect([code, output]).toEqual([0, expected]);
  }
});

test("a machine that holds a volume knows it without jq", async () => {
  const { output } = await new FakeMachine(machines.etcd, {}).run(`${list}${noJq}holds_volume && echo yes`);
  expect(output).toBe("yes\n");
});
