import { certRequest, locallySignedCert, selfSignedCert } from "./certificates";
import { privateKey } from "./keys";

/** Keys and certificates. They are real: rehearsed machines boot with them. */
export const tlsTypes = [privateKey, selfSignedCert, certRequest, locallySignedCert];
