import { certRequest, locallySignedCert, selfSignedCert } from "./certificates";
import { privateKey } from "./keys";

/** Keys and certificates: real ones, for machines are booted with them. */
export const tlsTypes = [privateKey, selfSignedCert, certRequest, locallySignedCert];
