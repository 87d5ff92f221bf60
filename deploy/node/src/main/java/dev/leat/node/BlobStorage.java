package dev.leat.node;

import dev.leat.engine.ClassStore;
import dev.leat.engine.files.FileClassStore;
import dev.leat.registry.files.FileBlobStore;
import dev.leat.registry.jdbi.JdbiBlobStore;
import dev.leat.registry.jdbi.JdbiClassStore;
import dev.leat.registry.module.BlobStore;
import dev.leat.registry.s3.BucketConfig;
import dev.leat.registry.s3.S3BlobStore;
import dev.leat.store.Database;
import dev.leat.store.encryption.Rewrapping;
import dev.leat.store.encryption.WrappedKeys;

/**
 * The stores of modules and of what was compiled of them, at one {@link BlobPlace}.
 *
 * @param start makes them ready
 * @param key the one that authenticates compiled classes
 */
record ModuleStorage(BlobStore blobs, ClassStore classes, Lifecycle.Start start, Rewrapping key) {
  static ModuleStorage of(
      NodeConfig config, DataDirectory directory, Database database, WrappedKeys wrapped) {
    return switch (config.blobPlace()) {
      case DATABASE -> inDatabase(database, wrapped);
      case FILES -> inFiles(directory);
      case S3 -> inBucket(config.bucket(), database, wrapped);
    };
  }

  private static ModuleStorage inDatabase(Database database, WrappedKeys wrapped) {
    JdbiClassStore classes = new JdbiClassStore(database, wrapped);
    return new ModuleStorage(new JdbiBlobStore(database), classes, classes::start, classes);
  }

  /** What is compiled is a cache, which is of no use in a bucket some milliseconds away. */
  private static ModuleStorage inBucket(
      BucketConfig bucket, Database database, WrappedKeys wrapped) {
    S3BlobStore blobs = new S3BlobStore(bucket, System.getenv());
    JdbiClassStore classes = new JdbiClassStore(database, wrapped);
    return new ModuleStorage(
        blobs,
        classes,
        () -> {
          blobs.start();
          classes.start();
        },
        classes);
  }

  private static ModuleStorage inFiles(DataDirectory directory) {
    FileBlobStore blobs = new FileBlobStore(directory.blobs());
    FileClassStore classes = new FileClassStore(directory.classes());
    return new ModuleStorage(
        blobs,
        classes,
        () -> {
          blobs.start();
          classes.start();
        },
        () -> 0); // in a file that its owner alone can read
  }
}
