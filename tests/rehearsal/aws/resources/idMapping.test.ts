import * as fc from "fast-check";
import { IdMapping } from "../../../../rehearsal/aws/resources/idMapping";
import { encoded } from "./support";

describe("replacement of planned ids", () => {
  const ids = new IdMapping();
  ids.add("vol-0aaa", "vol-9f00");
  ids.add("arn:aws:kms:eu-central-1:1:key/plan-key", "arn:aws:kms:eu-central-1:1:key/real-key");
  ids.add("plan-key", "real-key");

  test.each([
    ["an id", "vol-0aaa", "vol-9f00"],
    ["an id within an ARN", "arn:aws:ec2:eu-central-1:1:volume/vol-0aaa", "arn:aws:ec2:eu-central-1:1:volume/vol-9f00"],
    ["a whole ARN", "arn:aws:kms:eu-central-1:1:key/plan-key", "arn:aws:kms:eu-central-1:1:key/real-key"],
    ["no part of a longer id", "vol-0aaab and xvol-0aaa", "vol-0aaab and xvol-0aaa"],
    ["no unknown id", "vol-0bbb", "vol-0bbb"],
  ])("replaces %s", (_what, text, expected) => {
    expect(ids.replace(text)).toBe(expected);
  });

  test("replaces nested values, but not keys", () => {
    const value = { "vol-0aaa": [{ id: "vol-0aaa", size: 20, encrypted: true, none: null }] };
    expect(ids.replace(value)).toEqual({ "vol-0aaa": [{ id: "vol-9f00", size: 20, encrypted: true, none: null }] });
  });

  test("replaces base64 text", () => {
    expect(ids.replaceBase64(encoded('{"volumeId": "vol-0aaa"}'))).toBe(encoded('{"volumeId": "vol-9f00"}'));
  });

  test("replaces each id once", () => {
    const swapped = new IdMapping();
    swapped.add("subnet-1", "subnet-2");
    swapped.add("subnet-2", "subnet-1");
    expect(swapped.replace(["subnet-1", "subnet-2"])).toEqual(["subnet-2", "subnet-1"]);
  });

  test("keeps all other values", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const none = new IdMapping();
        none.add("i-0123456789", "i-9876543210");
        fc.pre(!JSON.stringify(value).includes("i-0123456789"));
        expect(none.replace(value)).toEqual(value);
      }),
    );
  });
});
