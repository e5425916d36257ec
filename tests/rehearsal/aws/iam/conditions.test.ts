/** Condition operators decide as those of `@cloud-copilot/iam-simulate`. */
import { runSimulation } from "@cloud-copilot/iam-simulate";
import { type Condition, type Context, satisfies, unsupportedParts } from "../../../../rehearsal/aws/iam/conditions";

const action = "s3:GetObject";
const resource = "arn:aws:s3:::bucket/key";

/** Key of each type, policy values, and values in a request. */
const kinds: readonly (readonly [
  operators: readonly string[],
  key: string,
  wanted: string[],
  found: readonly Found[],
])[] = [
  [
    [
      "StringEquals",
      "StringNotEquals",
      "StringEqualsIgnoreCase",
      "StringNotEqualsIgnoreCase",
      "StringLike",
      "StringNotLike",
    ],
    "aws:PrincipalTag/x",
    ["Ab", "c*", "d?"],
    [undefined, "Ab", "aB", "c*", "cxy", "d", "de", "e"],
  ],
  [
    ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"].flatMap((name) => [
      `ForAllValues:${name}`,
      `ForAnyValue:${name}`,
    ]),
    "aws:TagKeys",
    ["a", "b*"],
    [undefined, ["a"], ["a", "b1"], ["a", "z"], ["z"]],
  ],
  [["Bool"], "aws:SecureTransport", ["true"], [undefined, "true", "false"]],
  [
    [
      "NumericEquals",
      "NumericNotEquals",
      "NumericLessThan",
      "NumericLessThanEquals",
      "NumericGreaterThan",
      "NumericGreaterThanEquals",
    ],
    "s3:TlsVersion",
    ["1.2"],
    [undefined, "1.1", "1.2", "1.3", "10"],
  ],
  [
    ["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"],
    "aws:SourceArn",
    ["arn:aws:logs:*:1:log-group:a*"],
    [
      undefined,
      "arn:aws:logs:x:1:log-group:ab",
      "arn:aws:logs:x:1:log-group:ab:log-stream:c",
      "arn:aws:logs:x:y:1:log-group:ab",
      "arn:aws:sns:x:1:a",
    ],
  ],
  [["Null"], "aws:PrincipalTag/x", ["true"], [undefined, "a"]],
  [["Null"], "aws:PrincipalTag/x", ["false"], [undefined, "a"]],
];
type Found = string | string[] | undefined;

const rows = kinds.flatMap(([operators, key, wanted, found]) =>
  operators.flatMap((operator) =>
    (operator === "Null" ? [operator] : [operator, `${operator}IfExists`]).map(
      (name) => [name, key, wanted, found] as const,
    ),
  ),
);

test.each(rows)("%s of %s", async (operator, key, wanted, found) => {
  const condition: Condition = { [operator]: { [key]: wanted } };
  expect(unsupportedParts(condition)).toEqual([]);
  for (const value of found) {
    const context: Context = value === undefined ? {} : { [key]: value };
    const policy = {
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: action, Resource: resource, Condition: condition }],
    };
    const simulated = await runSimulation(
      {
        request: {
          principal: "arn:aws:iam::123456789012:role/r",
          action,
          resource: { resource, accountId: "123456789012" },
          contextVariables: context as Record<string, string | string[]>,
        },
        identityPolicies: [{ name: "p", policy }],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    const result = simulated.resultType === "error" ? simulated.errors : simulated.overallResult === "Allowed";
    expect([operator, value, satisfies(condition, context)]).toEqual([operator, value, result]);
  }
});

test("reports operators and variables that it does not have", () => {
  const condition: Condition = {
    IpAddress: { "aws:SourceIp": "10.0.0.0/8" },
    StringLike: { "s3:prefix": "home/${aws:username}/*" },
  };
  expect(unsupportedParts(condition)).toEqual(["operator IpAddress", "variable home/${aws:username}/*"]);
});
