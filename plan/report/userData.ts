/** Decodes user data, which launch templates hold in base64. Returns other texts unchanged. */
export function decodeUserData(text: string): string {
  if (!text.startsWith("I2Nsb3VkLWNvbmZpZ")) return text;
  return Buffer.from(text, "base64").toString("utf8");
}
