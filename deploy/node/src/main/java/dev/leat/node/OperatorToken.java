package dev.leat.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file with a token that may do everything, readable by its owner only. */
final class OperatorToken {
  private static final Logger LOG = LoggerFactory.getLogger(OperatorToken.class);
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final Path file;

  OperatorToken(Path file) {
    this.file = file;
  }

  /**
   * Writes one where there is none that is accepted.
   *
   * @param isAccepted whether a token that is there is good still
   * @param issued a new token
   */
  void write(Predicate<String> isAccepted, Supplier<String> issued) throws IOException {
    if (Files.exists(file) && isAccepted.test(Files.readString(file).strip())) {
      OwnerOnly.file(file);
      return;
    }
    // Written whole or not at all: whoever finds the file finds a token in it.
    Path unfinished = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
    Files.createFile(unfinished, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    try {
      Files.writeString(unfinished, issued.get() + "\n");
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
    LOG.info("Operator token written file={}", file);
  }
}
