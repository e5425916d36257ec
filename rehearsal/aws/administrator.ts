/** Credentials of the rehearsed account's administrator: the rehearsal itself, drills, and commands for people. */
export const administratorCredentials = { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" } as const;
