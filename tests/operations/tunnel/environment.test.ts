import { planUpstream, planVariables } from "../../../operations/tunnel/environment";

const api = [{ host: "api.blue.holdfast.internal", port: 6443 }];
const url = "http://127.0.0.1:4000";
const variables = (env: Record<string, string>) => planVariables(env, url, api);
const upstream = (env: Record<string, string>, host: string, port = 443) => planUpstream(env, api)({ host, port });

describe("variables of a command", () => {
  test("name the tunnel's proxy for every host except loopback", () => {
    expect(variables({})).toEqual({ HTTPS_PROXY: url, NO_PROXY: "localhost,127.0.0.1,::1", HOLDFAST_API_TUNNEL: url });
  });

  test("replace the lower-case form only where it is set", () => {
    expect(variables({ https_proxy: "http://proxy:3128", no_proxy: "a.example" })).toEqual({
      HTTPS_PROXY: url,
      https_proxy: url,
      NO_PROXY: "a.example,localhost,127.0.0.1,::1",
      no_proxy: "a.example,localhost,127.0.0.1,::1",
      HOLDFAST_API_TUNNEL: url,
    });
  });

  test.each([
    "*",
    "internal",
    ".internal",
    "*.holdfast.internal",
    "api.blue.holdfast.internal:6443",
    "API.blue.holdfast.internal",
  ])("NO_PROXY loses %s, which excludes the API", (entry) => {
    expect(variables({ NO_PROXY: `10.0.0.0/8, ${entry} example.com` }).NO_PROXY).toBe(
      "10.0.0.0/8,example.com,localhost,127.0.0.1,::1",
    );
  });

  test.each(["nternal", ".api.blue.holdfast.internal", "api.blue.holdfast.internal:443", "green.holdfast.internal"])(
    "NO_PROXY keeps %s",
    (entry) => {
      expect(variables({ NO_PROXY: entry }).NO_PROXY).toMatch(`${entry},`);
    },
  );
});

describe("the user's own proxy", () => {
  test.each([
    [{}, undefined],
    [{ HTTPS_PROXY: "" }, undefined],
    [{ HTTPS_PROXY: "http://proxy:3128" }, "http://proxy:3128"],
    [{ https_proxy: "proxy:3128" }, "http://proxy:3128"],
    [{ HTTPS_PROXY: "https://a:b@proxy" }, "https://a:b@proxy"],
  ] as [Record<string, string>, string | undefined][])("of %j is %s", (env, expected) => {
    expect(upstream(env, "sts.eu-central-1.amazonaws.com")).toBe(expected);
  });

  test("is not used for hosts that NO_PROXY excluded with the API", () => {
    const env = { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: ".internal" };
    expect(upstream(env, "state.corp.internal")).toBeUndefined();
    expect(upstream(env, "example.com")).toBe("http://proxy:3128");
  });

  test("with another scheme is refused, without its credentials in the message", () => {
    expect(() => planUpstream({ HTTPS_PROXY: "socks5://user:word@proxy:1080" }, api)).toThrow(
      "HTTPS_PROXY is socks5://proxy:1080; the tunnel supports http:// and https:// proxies only",
    );
  });
});
