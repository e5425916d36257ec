/**
 * Minimal services for cloud-init: a metadata service (IMDSv2) and a DNS server that answers NXDOMAIN. Runs in a router's
 * network namespace: `node metadataServer.mjs <json: {address: {id, userData}}>`; prints "ready".
 */
import { createSocket } from "node:dgram";
import { createServer } from "node:http";

const machines = JSON.parse(process.argv[2] ?? "{}");

const dns = createSocket("udp4");
dns.on("message", (query, from) => {
  const question = query.indexOf(0, 12) + 5; // the name ends with a zero; type and class follow
  const answer = Buffer.from(query.subarray(0, question));
  answer.writeUInt16BE(0x8183, 2); // response, NXDOMAIN
  answer.fill(0, 6, 12); // no answers, authorities or additional records
  dns.send(answer, from.port, from.address);
});

const token = "test-token";
const tree = (id, address) => ({
  "ami-id": "ami-0",
  "instance-id": id,
  "instance-type": "m6i.large",
  "local-hostname": id,
  "local-ipv4": address,
  placement: { "availability-zone": "eu-central-1a", region: "eu-central-1" },
  services: { domain: "amazonaws.com", partition: "aws" },
});

function lookUp(machine, address, path) {
  const [, section, ...rest] = path.split("/").filter((part) => part !== "");
  if (section === undefined) return "dynamic\nmeta-data\nuser-data";
  if (section === "user-data") return machine.userData;
  if (section === "dynamic") return rest.length < 2 ? "instance-identity/" : rest.length === 2 ? "document" : "{}";
  let found = tree(machine.id, address);
  for (const key of rest) found = typeof found === "object" ? found[key] : undefined;
  if (typeof found !== "object") return found;
  return Object.entries(found)
    .map(([key, value]) => (typeof value === "object" ? `${key}/` : key))
    .join("\n");
}

const http = createServer((request, response) => {
  const answer = (code, text) => {
    response.writeHead(code, { "content-type": "text/plain", "x-aws-ec2-metadata-token-ttl-seconds": "60" });
    response.end(text);
  };
  if (request.method === "PUT") return answer(200, token);
  if (request.headers["x-aws-ec2-metadata-token"] !== token) return answer(401, "");
  const address = request.socket.remoteAddress ?? "";
  const machine = machines[address];
  const found = machine === undefined ? undefined : lookUp(machine, address, request.url ?? "/");
  return found === undefined ? answer(404, "") : answer(200, found);
});

dns.bind(53, "169.254.169.253", () => http.listen(80, "169.254.169.254", () => console.log("ready")));
