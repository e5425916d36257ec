import type { World } from "../core/world";

/** True if a bucket keeps all versions of its objects. */
export function isVersioned(world: World, bucketName: string): boolean {
  const versioning = world.find("aws:s3/bucketVersioning:BucketVersioning", "bucket", bucketName);
  return (versioning?.outputs.versioningConfiguration as { status?: string } | undefined)?.status === "Enabled";
}
