package dev.leat.registry.s3;

import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import dev.leat.registry.module.BlobStore;
import dev.leat.registry.module.DigestCheck;
import dev.leat.store.StoreFailure;
import dev.leat.store.s3.Bucket;
import dev.leat.store.s3.BucketConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Modules' bytes in a bucket, for all nodes that use it: an object each, its key the digest's
 * hexadecimal digits. The service checks what it is sent against the digest, which is signed with
 * the request; what it gives is checked here.
 */
public final class S3BlobStore implements BlobStore {
  private static final Pattern KEY = Pattern.compile("[0-9a-f]{64}");

  private final BucketConfig config;
  private final Bucket bucket;

  /**
   * @param environment where credentials are if they are in no file
   */
  public S3BlobStore(BucketConfig config, Map<String, String> environment) {
    this.config = config;
    this.bucket = new Bucket(config, config.prefix(), environment);
  }

  /**
   * Looks whether the bucket can be used.
   *
   * @throws IOException if it cannot; the message says why and what to do
   */
  public void start() throws IOException {
    try {
      bucket.list("", 1);
    } catch (StoreFailure e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IOException(
          "The bucket '%s' at %s cannot be used: %s. Check bucket.name, bucket.endpoint, bucket.region and the credentials, or set blobs to database."
              .formatted(config.name(), config.url().getAuthority(), cause.getMessage()),
          e);
    }
  }

  @Override
  public void put(ModuleDigest digest, byte[] bytes) {
    DigestCheck.require(digest, bytes);
    bucket.put(digest.hex(), bytes);
  }

  @Override
  public Optional<byte[]> load(ModuleDigest digest) {
    return bucket
        .load(digest.hex(), Limits.MODULE_BYTES_MAX)
        .map(stored -> DigestCheck.checked(digest, stored));
  }

  @Override
  public void delete(ModuleDigest digest) {
    bucket.delete(digest.hex());
  }

  @Override
  public List<StoredModule> stored(Optional<ModuleDigest> after, int most) {
    String last = after.map(ModuleDigest::hex).orElse("");
    while (true) {
      List<Bucket.Listed> listed = bucket.list(last, most);
      List<StoredModule> stored =
          listed.stream()
              .filter(object -> KEY.matcher(object.key()).matches())
              .map(object ->
                  new StoredModule(ModuleDigest.parse("sha256:" + object.key()), object.at()))
              .toList();
      if (listed.isEmpty() || !stored.isEmpty()) {
        return stored;
      }
      last = behind(listed.getLast().key()); // objects of somebody else
    }
  }

  /** Behind this key, and behind all below the same folder: there may be a million bodies. */
  private static String behind(String key) {
    int slash = key.indexOf('/');
    return slash < 0 ? key : key.substring(0, slash) + (char) ('/' + 1);
  }
}
