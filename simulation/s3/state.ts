import type { World } from "../core/world";

/** True if a bucket keeps all versions of its objects. */
export function isVersioned(world: World, bucketName: string): boolean {
  const versioning = world.find("aws:s3/bucketVersioning:BucketVersioning", "bucket", bucketName);
  return (versioning?.outputs.versioningConfiguration as { status?: string } | undefined)?.status === "Enabled";
}

/** True if a bucket has Object Lock. */
export function isLocked(world: World, bucketName: string): boolean {
  const type = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
  if (world.find(type, "bucket", bucketName) !== undefined) return true;
  return world.find("aws:s3/bucket:Bucket", "id", bucketName)?.outputs.objectLockEnabled === true;
}
