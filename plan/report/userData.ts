/** User data as text: launch templates hold it in base64. Other texts are given back as they are. */
export function decodeUserData(text: string): string {
  if (!text.startsWith("I2Nsb3VkLWNvbmZpZ")) return text;
  return Buffer.from(text, "base64").toString("utf8");
}
