import { _InstanceType as InstanceType } from "@aws-sdk/client-ec2";
import { instanceTypeProblem, isMac } from "../../../components/settings/instanceTypes";
import instanceSizes from "../../../components/settings/instanceSizes.json";

test("instance types are those of AWS's model of the EC2 API", () => {
  const known = Object.entries(instanceSizes).flatMap(([family, sizes]) =>
    sizes.split(" ").map((size) => `${family}.${size}`),
  );
  expect(known.sort()).toEqual(Object.values(InstanceType).sort());
  expect(known.filter((type) => !isMac(type) && instanceTypeProblem(type) !== undefined)).toEqual([]);
});

test("accepts families that are newer than the model", () => {
  expect(instanceTypeProblem("m99i.2xlarge")).toBeUndefined();
});
