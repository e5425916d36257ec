/** Private key of a user and the certificate signing request for it. */
import "reflect-metadata"; // required by @peculiar/x509

import { Name, PemConverter, Pkcs10CertificateRequestGenerator } from "@peculiar/x509";

/** Both in PEM. */
export interface KeyAndRequest {
  readonly key: string;
  readonly request: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Creates an ECDSA P-256 key and its request. Kubernetes reads the username from CN and the groups from O. */
export async function createCertificateRequest(username: string, groups: readonly string[]): Promise<KeyAndRequest> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const name = new Name([
    ...groups.map((group) => ({ O: [{ utf8String: group }] })),
    { CN: [{ utf8String: username }] },
  ]);
  const request = await Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm: algorithm });
  const key = PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { key: `${key}\n`, request: `${request.toString("pem")}\n` };
}
