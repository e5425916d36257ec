/** End of a migration of etcd, compared with the machines in AWS. */
import { verifyMembersMoved } from "../../../components/changes/verifyMembersMoved";
import { deploy } from "../../mocks";
import { external, migrating, recordOf } from "./support";

interface Filter {
  readonly name: string;
  readonly values: readonly string[];
}

/** Instance profiles of the control plane's machines by instance id. */
type Machines = Readonly<Record<string, string>>;

/** AWS's filters: `*` stands for any characters. */
const matches = (pattern: string, value: string): boolean =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replace(/[.?+^$|()[\]{}\\]/g, "\\$&"))
      .join(".*")}$`,
  ).test(value);

function verify(machines: Machines, wanted = external) {
  const getInstances = ({ filters }: { readonly filters: readonly Filter[] }) => {
    const profile = filters.find(({ name }) => name === "iam-instance-profile.arn")?.values[0] ?? "*";
    const arn = (name: string): string => `arn:aws:iam::123456789012:instance-profile/${name}`;
    expect(filters).toContainEqual({ name: "tag:holdfast:cluster", values: ["blue"] });
    expect(filters).toContainEqual({ name: "tag:holdfast:role", values: ["control-plane"] });
    return { ids: Object.keys(machines).filter((id) => matches(profile, arn(machines[id] ?? ""))) };
  };
  return deploy(() => verifyMembersMoved(recordOf({ etcd: migrating }), recordOf({ etcd: wanted }), {}), {
    "aws:ec2/getInstances:getInstances": getInstances as never,
  });
}

const former = "blue-control-plane-c-machine-profile-0a1b2c3";
const shared = "blue-control-plane-machine-profile-4d5e6f7";

test("is refused while a machine has a former role", async () => {
  await expect(verify({ "i-1": shared, "i-3": former })).rejects.toThrow(
    /cluster\.etcd\.migrateFrom\n.*machines i-3 may still run members.*keep migrateFrom: stacked/s,
  );
});

test("is accepted when all machines were replaced, and looks up nothing at other times", async () => {
  await verify({ "i-1": shared, "i-2": shared });
  await verify({ "i-3": former }, migrating);
});
