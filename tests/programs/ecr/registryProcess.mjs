/**
 * Registry that wants a user name and password, as ECR does, with one image under every name. Prints status and path of each request.
 * Usage: `node registryProcess.mjs <address> <port, 0: any> <password of the user AWS>`; prints its port first, exits at the end of
 * stdin.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";

const [address, port, password = ""] = process.argv.slice(2);
const accepted = `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
const manifestType = "application/vnd.oci.image.manifest.v1+json";
const digest = (content) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const json = (value) => Buffer.from(JSON.stringify(value));
const blob = (mediaType, content) => ({ mediaType, digest: digest(content), size: content.length });

const tar = Buffer.from(createTar([{ name: "file", data: "content" }]));
const layer = gzipSync(tar);
const config = json({
  architecture: process.arch === "arm64" ? "arm64" : "amd64",
  os: "linux",
  rootfs: { type: "layers", diff_ids: [digest(tar)] },
  config: {},
});
const manifest = json({
  schemaVersion: 2,
  mediaType: manifestType,
  config: blob("application/vnd.oci.image.config.v1+json", config),
  layers: [blob("application/vnd.oci.image.layer.v1.tar+gzip", layer)],
});
const contents = new Map([layer, config, manifest].map((content) => [digest(content), content]));

const server = createServer((request, response) => {
  const path = (request.url ?? "").replace(/\?.*/, "");
  const name = path.split("/").at(-1) ?? "";
  const content = name.startsWith("sha256:") ? contents.get(name) : manifest;
  const status = request.headers.authorization !== accepted ? 401 : content === undefined ? 404 : 200;
  process.stdout.write(`${status} ${path}\n`);
  if (status !== 200) {
    response.writeHead(status, { "www-authenticate": 'Basic realm="private"' }).end();
    return;
  }
  response.writeHead(200, {
    "content-type": path.includes("/manifests/") ? manifestType : "application/octet-stream",
    "content-length": content.length,
    "docker-content-digest": digest(content),
  });
  response.end(request.method === "HEAD" ? undefined : content);
});
await once(server.listen(Number(port), address), "listening");
process.stdout.write(`${server.address().port}\n`);
process.stdin.resume().on("end", () => {
  server.close();
  server.closeAllConnections();
});
