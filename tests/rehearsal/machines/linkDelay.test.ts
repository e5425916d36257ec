/** Routing of delayed packets. */
import { delayCommands } from "../../../rehearsal/machines/linkDelay";

test("packets between machines take the device in both directions, and leave it as usual", () => {
  const members = ["10.0.0.11", "10.244.1.0/24", "10.0.16.7"];
  const commands = delayCommands({ from: members, to: members, ms: 50 }, 9001);
  expect(commands.slice(0, 3)).toEqual([
    "link set delay mtu 9001 up",
    "route add default dev delay table 4242",
    "rule add priority 90 iif delay lookup main",
  ]);
  expect(commands.slice(3)).toHaveLength(6);
  expect(commands).toContain("rule add priority 91 from 10.0.16.7 to 10.244.1.0/24 lookup 4242");
});

test("one direction has one rule per pair", () => {
  expect(delayCommands({ from: ["10.0.0.11"], to: ["10.0.16.7", "10.0.32.7"], ms: 5 }, 1500).slice(3)).toEqual([
    "rule add priority 91 from 10.0.0.11 to 10.0.16.7 lookup 4242",
    "rule add priority 91 from 10.0.0.11 to 10.0.32.7 lookup 4242",
  ]);
});
