import { createTestAccount, describeRefusals } from "../testAccount";

const type = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule";
const quay = { ecrRepositoryPrefix: "quay", upstreamRegistryUrl: "quay.io" };

describeRefusals(type, () => quay, [
  ["a prefix with capitals", { ecrRepositoryPrefix: "Quay" }, "ecrRepositoryPrefix", "InvalidParameterException"],
  ["a prefix of one letter", { ecrRepositoryPrefix: "q" }, "ecrRepositoryPrefix", "InvalidParameterException"],
  [
    "a prefix of 31 letters",
    { ecrRepositoryPrefix: "q".repeat(31) },
    "ecrRepositoryPrefix",
    "InvalidParameterException",
  ],
  [
    "a secret with another prefix",
    { credentialArn: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:quay-AbCdEf" },
    "credentialArn",
    "InvalidParameterException",
  ],
]);

test("the account has one rule of a prefix", async () => {
  const account = await createTestAccount();
  await account.create(type, "first", quay);
  const { refusals } = await account.request(type, "second", quay);
  expect(refusals.map(({ code }) => code)).toEqual(["PullThroughCacheRuleAlreadyExistsException"]);
});
