import { FakeMachine, clusterJson, machines, plainSettings } from "../nodeSupport";

const list = 'list_settings "$CONFIG/node.json" "$HOLDFAST/cluster.json"\n';
const noList = 'rm "$CONFIG/node.list"\n';
const noJq = 'jq() { echo "jq was called" >&2; return 1; }\n';

test.each([
  ["node", machines.controlPlane],
  ["cluster", clusterJson],
])("plain settings of %s.json are read without jq", async (command, document) => {
  const paths = plainSettings(document).filter(([path]) => /^[.A-Za-z]+$/.test(path));
  expect(paths.length).toBeGreaterThan(8);
  const read = paths.map(([path]) => `${command} ${path}`).join("\n");
  const { code, output } = await new FakeMachine(machines.controlPlane).run(list + noJq + read);
  expect([code, output]).toEqual([0, paths.map(([, value]) => `${value}\n`).join("")]);
});

test.each([
  ["several lines", '"a\\nb"', "a\nb\n", 0],
  ["a tab", '"a\\tb"', "a\tb\n", 0],
  ["backslashes and quotes", '"a\\\\n\\"b"', 'a\\n"b\n', 0],
  ["an option", '"-n"', "-n\n", 0],
  ["spaces", '" a "', " a \n", 0],
  ["an empty string", '""', "\n", 0],
  ["a number", "7158278826", "7158278826\n", 0],
  ["true", "true", "true\n", 0],
  ["false", "false", "false\n", 1],
  ["null", "null", "null\n", 1],
  ["an array", "[1]", "[\n  1\n]\n", 0],
])("a list returns %s as jq does", async (_case, value, expected, status) => {
  const machine = new FakeMachine(machines.worker);
  machine.write("config/node.json", `{"region": "r", "outer": {"value": ${value}}}`);
  const read = "trap - ERR\nstatus=0; node .outer.value || status=$?; exit $status";
  for (const before of [noList, list]) {
    const { code, stdout } = await machine.run(before + read);
    expect([code, stdout]).toEqual([status, expected]);
  }
});

test("a list older than its document is ignored", async () => {
  const change = `sleep 0.02; echo '{"region": "eu-west-1"}' >"$CONFIG/node.json"\n`;
  const script = `${list}node .region\n${change}node .region\n${list}${noJq}node .region`;
  const { stdout } = await new FakeMachine(machines.worker).run(script);
  expect(stdout).toBe("eu-central-1\neu-west-1\neu-west-1\n");
});

const withoutVolume = { ...machines.controlPlane, member: { name: "a" } };
test.each([
  ["a stacked member", machines.controlPlane, "yes\n"],
  ["an etcd machine", machines.etcd, "yes\n"],
  ["a control plane with external etcd", withoutVolume, "no\n"],
  ["a worker", machines.worker, "no\n"],
])("runs_etcd of %s", async (_case, config, expected) => {
  for (const before of [noList, list]) {
    const script = `${before}if runs_etcd; then echo yes; else echo no; fi\n! runs_etcd || true`;
    const { code, output } = await new FakeMachine(config).run(script);
    expect([code, output]).toEqual([0, expected]);
  }
});
