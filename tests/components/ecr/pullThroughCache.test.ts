import { PullThroughCache } from "../../../components/ecr/pullThroughCache";
import { deploy } from "../../mocks";

const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/docker-hub-AbCdEf";

test("each rule has its prefix, upstream registry and credentials; those of other stacks are not created", async () => {
  const { resources } = await deploy(() => {
    new PullThroughCache("blue-cache", {
      rules: {
        "docker-hub": { upstreamRegistryUrl: "registry-1.docker.io", credentialArn: secret, create: true },
        k8s: { upstreamRegistryUrl: "registry.k8s.io", create: true },
        quay: { upstreamRegistryUrl: "quay.io", create: false },
      },
    });
  });
  const rules = resources.filter(({ type }) => type === "aws:ecr/pullThroughCacheRule:PullThroughCacheRule");
  expect(rules.map(({ name, inputs }) => ({ name, ...inputs }))).toEqual([
    {
      name: "blue-cache-docker-hub",
      ecrRepositoryPrefix: "docker-hub",
      upstreamRegistryUrl: "registry-1.docker.io",
      credentialArn: secret,
    },
    { name: "blue-cache-k8s", ecrRepositoryPrefix: "k8s", upstreamRegistryUrl: "registry.k8s.io" },
  ]);
});
