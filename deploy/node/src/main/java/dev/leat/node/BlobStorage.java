package dev.leat.node;

import dev.leat.engine.ClassStore;
import dev.leat.engine.files.FileClassStore;
import dev.leat.registry.files.FileBlobStore;
import dev.leat.registry.jdbi.JdbiBlobStore;
import dev.leat.registry.jdbi.JdbiClassStore;
import dev.leat.registry.module.BlobStore;
import dev.leat.registry.s3.S3BlobStore;
import dev.leat.store.Database;
import dev.leat.store.blob.Blobs;
import dev.leat.store.blob.FileBlobs;
import dev.leat.store.encryption.Rewrapping;
import dev.leat.store.encryption.WrappedKeys;
import dev.leat.store.s3.Bucket;
import dev.leat.store.s3.BucketConfig;
import java.util.Optional;

/**
 * The stores of modules, of what was compiled of them, and of large bodies of calls that are run
 * later, at one {@link BlobPlace}.
 *
 * @param bodies empty where they stay in the tables
 * @param start makes them ready
 * @param key the one that authenticates compiled classes
 */
record BlobStorage(
    BlobStore blobs,
    ClassStore classes,
    Optional<Blobs> bodies,
    Lifecycle.Start start,
    Rewrapping key) {
  static BlobStorage of(
      NodeConfig config, DataDirectory directory, Database database, WrappedKeys wrapped) {
    return switch (config.blobPlace()) {
      case DATABASE -> inDatabase(database, wrapped);
      case FILES -> inFiles(directory);
      case S3 -> inBucket(config.bucket(), database, wrapped);
    };
  }

  private static BlobStorage inDatabase(Database database, WrappedKeys wrapped) {
    JdbiClassStore classes = new JdbiClassStore(database, wrapped);
    return new BlobStorage(
        new JdbiBlobStore(database), classes, Optional.empty(), classes::start, classes);
  }

  /** What is compiled is a cache, which is of no use in a bucket some milliseconds away. */
  private static BlobStorage inBucket(BucketConfig bucket, Database database, WrappedKeys wrapped) {
    Bucket bodies = new Bucket(bucket, bucket.bodiesPrefix(), System.getenv());
    S3BlobStore blobs = new S3BlobStore(bucket, System.getenv());
    JdbiClassStore classes = new JdbiClassStore(database, wrapped);
    return new BlobStorage(
        blobs,
        classes,
        Optional.of(bodies),
        () -> {
          blobs.start();
          bodies.probe();
          classes.start();
        },
        classes);
  }

  private static BlobStorage inFiles(DataDirectory directory) {
    FileBlobStore blobs = new FileBlobStore(directory.blobs());
    FileClassStore classes = new FileClassStore(directory.classes());
    FileBlobs bodies = new FileBlobs(directory.bodies());
    return new BlobStorage(
        blobs,
        classes,
        Optional.of(bodies),
        () -> {
          blobs.start();
          bodies.start();
          classes.start();
        },
        () -> 0); // in a file that its owner alone can read
  }
}
