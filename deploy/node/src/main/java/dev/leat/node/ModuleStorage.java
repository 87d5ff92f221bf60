package dev.leat.node;

import dev.leat.contract.ModuleDigest;
import dev.leat.engine.ClassStore;
import dev.leat.engine.files.FileClassStore;
import dev.leat.registry.files.FileBlobStore;
import dev.leat.registry.jdbi.JdbiBlobStore;
import dev.leat.registry.jdbi.JdbiClassStore;
import dev.leat.registry.module.BlobStore;
import dev.leat.store.Database;
import java.util.List;
import java.util.function.Supplier;

/**
 * The stores of modules and of what was compiled of them, at one {@link BlobPlace}.
 *
 * @param start makes them ready
 * @param abandoned modules that nobody has and of which something is kept, where that can be told
 */
record ModuleStorage(
    BlobStore blobs,
    ClassStore classes,
    Lifecycle.Start start,
    Supplier<List<ModuleDigest>> abandoned) {
  static ModuleStorage of(BlobPlace place, DataDirectory directory, Database database) {
    return switch (place) {
      case DATABASE -> inDatabase(database);
      case FILES -> inFiles(directory);
      case S3 -> throw new IllegalArgumentException("No configuration has " + place);
    };
  }

  private static ModuleStorage inDatabase(Database database) {
    JdbiBlobStore blobs = new JdbiBlobStore(database);
    JdbiClassStore classes = new JdbiClassStore(database);
    return new ModuleStorage(blobs, classes, classes::start, blobs::abandoned);
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
        List::of);
  }
}
