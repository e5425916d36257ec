import { renderXml } from "../../../rehearsal/aws/api/queryProtocol";
import { elementTexts } from "../../../rehearsal/drills/aws";
import { otherInstanceType } from "../../../rehearsal/drills/rollout";
import { parseGroups } from "../../../rehearsal/drills/standIns/autoscaler";

const group = (AutoScalingGroupName: string, Instances: [id: string, state: string][]) => ({
  AutoScalingGroupName,
  MinSize: 1,
  MaxSize: 5,
  DesiredCapacity: 2,
  Instances: Instances.map(([InstanceId, LifecycleState]) => ({ InstanceId, LifecycleState })),
});

test("groups are parsed with their instances in service", () => {
  const answer = renderXml({
    AutoScalingGroups: [
      group("dev-worker-general", [
        ["i-1", "InService"],
        ["i-2", "Terminating:Wait"],
      ]),
      group("dev-worker-arm", [["i-3", "Pending:Wait"]]),
    ],
  });
  expect(parseGroups(answer)).toEqual([
    { name: "dev-worker-general", min: 1, max: 5, desired: 2, instances: ["i-1"] },
    { name: "dev-worker-arm", min: 1, max: 5, desired: 2, instances: [] },
  ]);
  expect(elementTexts(answer, "InstanceId")).toEqual(["i-1", "i-2", "i-3"]);
  expect(parseGroups("<AutoScalingGroups></AutoScalingGroups>")).toEqual([]);
});

test.each([
  ["m6i.large", "m6i.xlarge"],
  ["m6i.xlarge", "m6i.large"],
  ["t3.medium", "t3.large"],
])("the other instance type of %s is %s", (type, other) => {
  expect(otherInstanceType(type)).toBe(other);
});
