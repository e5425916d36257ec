/** Calls of moto for the services that speak JSON and for which a client of their own would be too much. */

/** `target` as the protocol's header has it (`AmazonSQS.CreateQueue`). Rejects with the service's words where it refuses. */
export type JsonCall = (service: string, target: string, body: object) => Promise<Record<string, unknown>>;

export function jsonCaller(endpoint: string, region: string): JsonCall {
  return async (service, target, body) => {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": target,
        // moto reads the region and the service off the signature, and checks nothing of it
        authorization: `AWS4-HMAC-SHA256 Credential=rehearsal/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${target}: status ${response.status}: ${text.slice(0, 300)}`);
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
}
