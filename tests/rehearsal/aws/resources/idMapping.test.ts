import * as fc from "fast-check";
import { IdMapping } from "../../../../rehearsal/aws/resources/idMapping";
import { encoded } from "./support";

describe("plan ids become the running AWS's", () => {
  const ids = new IdMapping();
  ids.learn("vol-0aaa", "vol-9f00");
  ids.learn("arn:aws:kms:eu-central-1:1:key/plan-key", "arn:aws:kms:eu-central-1:1:key/real-key");
  ids.learn("plan-key", "real-key");

  test.each([
    ["an id alone", "vol-0aaa", "vol-9f00"],
    ["an id within an ARN", "arn:aws:ec2:eu-central-1:1:volume/vol-0aaa", "arn:aws:ec2:eu-central-1:1:volume/vol-9f00"],
    [
      "the longest identity first",
      "arn:aws:kms:eu-central-1:1:key/plan-key",
      "arn:aws:kms:eu-central-1:1:key/real-key",
    ],
    ["no part of a longer id", "vol-0aaab and xvol-0aaa", "vol-0aaab and xvol-0aaa"],
    ["nothing unknown", "vol-0bbb", "vol-0bbb"],
  ])("%s", (_what, text, expected) => {
    expect(ids.replace(text)).toBe(expected);
  });

  test("at any depth, values only", () => {
    const value = { "vol-0aaa": [{ id: "vol-0aaa", size: 20, encrypted: true, none: null }] };
    expect(ids.replace(value)).toEqual({ "vol-0aaa": [{ id: "vol-9f00", size: 20, encrypted: true, none: null }] });
  });

  test("within user data", () => {
    expect(ids.replaceEncoded(encoded('{"volumeId": "vol-0aaa"}'))).toBe(encoded('{"volumeId": "vol-9f00"}'));
  });

  test("a chain of ids is not followed twice", () => {
    const swapped = new IdMapping();
    swapped.learn("subnet-1", "subnet-2");
    swapped.learn("subnet-2", "subnet-1");
    expect(swapped.replace(["subnet-1", "subnet-2"])).toEqual(["subnet-2", "subnet-1"]);
  });

  test("what is no identity stays as it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const none = new IdMapping();
        none.learn("i-0123456789", "i-9876543210");
        fc.pre(!JSON.stringify(value).includes("i-0123456789"));
        expect(none.replace(value)).toEqual(value);
      }),
    );
  });
});
