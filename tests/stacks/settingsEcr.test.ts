import { accepts, cluster, rejects } from "./settingsSupport";

const rule = "nodes.ecr.pullThroughCache.docker-hub";
const secret = (region = "eu-central-1", name = "ecr-pullthroughcache/docker-hub-AbCdEf", partition = "aws") =>
  `arn:${partition}:secretsmanager:${region}:123456789012:secret:${name}`;
const dockerHub = { [`${rule}.upstreamRegistryUrl`]: "registry-1.docker.io" };
const mirror = (host: string) => ({ "nodes.registryMirrors": { "docker.io": `https://${host}/v2/docker-hub` } });

rejects([
  [
    "Docker Hub without credentials",
    dockerHub,
    [`${rule}.credentialArn`, /^required for registry-1\.docker\.io; write the ARN of a Secrets Manager secret/],
  ],
  [
    "Azure without credentials",
    { [`${rule}.upstreamRegistryUrl`]: "acmeimages.azurecr.io" },
    [`${rule}.credentialArn`, /^required for acmeimages\.azurecr\.io/],
  ],
  [
    "a secret in another region",
    { ...dockerHub, [`${rule}.credentialArn`]: secret("eu-west-1") },
    [`${rule}.credentialArn`, /in eu-west-1, but ECR reads secrets of its own region only; .* in eu-central-1$/],
  ],
  [
    "a secret without ECR's prefix",
    { ...dockerHub, [`${rule}.credentialArn`]: secret("eu-central-1", "docker-hub") },
    [`${rule}.credentialArn`, /name begins with ecr-pullthroughcache\//],
  ],
  [
    "Docker Hub by its usual name",
    { [`${rule}.upstreamRegistryUrl`]: "docker.io" },
    [`${rule}.upstreamRegistryUrl`, /^write registry-1\.docker\.io/],
  ],
  [
    "a registry that ECR does not cache",
    { [`${rule}.upstreamRegistryUrl`]: "nvcr.io" },
    [`${rule}.upstreamRegistryUrl`, /^ECR caches none but public\.ecr\.aws, quay\.io, .* and <name>\.azurecr\.io/],
  ],
  [
    "a prefix with a slash",
    { "nodes.ecr.pullThroughCache": { "cache/k8s": { upstreamRegistryUrl: "registry.k8s.io" } } },
    [`nodes.ecr.pullThroughCache.cache/k8s`, /write 2 to 30 lower-case letters/],
  ],
  [
    "a repository with capitals",
    { "nodes.ecr.repositories": ["Team-A/app"] },
    ["nodes.ecr.repositories[0]", /^write a repository name such as team-a\/app/],
  ],
  [
    "the ARN of another service",
    { "nodes.ecr.repositories": ["arn:aws:s3:::images"] },
    ["nodes.ecr.repositories[0]", /its ARN, such as arn:aws:ecr:/],
  ],
  ["a repository twice", { "nodes.ecr.repositories": ["base", "base"] }, ["nodes.ecr.repositories[1]", /^duplicate/]],
  [
    "a mirror in ECR of another region",
    mirror("123456789012.dkr.ecr.us-east-1.amazonaws.com"),
    ['nodes.registryMirrors["docker.io"]', /ECR in us-east-1, .* no credentials; write one in eu-central-1$/],
  ],
]);

accepts([
  ["Docker Hub with a secret", cluster({ ...dockerHub, [`${rule}.credentialArn`]: secret() })],
  ["a rule of another stack, which has the secret", cluster({ ...dockerHub, [`${rule}.create`]: false })],
  [
    "a secret in China",
    cluster(
      { ...dockerHub, [`${rule}.credentialArn`]: secret("cn-northwest-1", undefined, "aws-cn") },
      "cn-northwest-1",
    ),
  ],
  ["no repositories", cluster({ "nodes.ecr.repositories": [] })],
  [
    "repositories of another account and region",
    cluster({ "nodes.ecr.repositories": ["team-a/*", "arn:aws:ecr:us-east-1:210987654321:repository/shared/*"] }),
  ],
  ...["123456789012.dkr.ecr.eu-central-1.amazonaws.com", "123456789012.dkr-ecr.eu-central-1.on.aws"].map(
    (host): [string, Record<string, unknown>] => [`a mirror at ${host}`, cluster(mirror(host))],
  ),
]);
