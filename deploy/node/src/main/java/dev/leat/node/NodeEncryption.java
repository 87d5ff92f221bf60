package dev.leat.node;

import dev.leat.store.encryption.AesGcmEncryption;
import dev.leat.store.encryption.Encryption;
import dev.leat.store.encryption.EncryptionKeys;
import dev.leat.store.encryption.WrappedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * By which keys this node encrypts: those that are configured. Without them a node alone keeps one
 * in its data directory for secrets; one of a cluster, whose secrets others must read too, has
 * none.
 */
final class NodeEncryption {
  private static final Logger LOG = LoggerFactory.getLogger(NodeEncryption.class);

  private final Optional<EncryptionKeys> configured;
  private final boolean isAlone;
  private final Path kept;
  private volatile @Nullable Encryption encryption;

  /**
   * @param kept the file of the data directory
   */
  NodeEncryption(EncryptionConfig config, boolean isAlone, Path kept) {
    this.configured = config.keys();
    this.isAlone = isAlone;
    this.kept = kept;
  }

  /**
   * How the platform's own keys are kept: who puts the database into another data directory must
   * not lose them, so a key that nobody chose does not encrypt them.
   */
  WrappedKeys wrapped() {
    return new WrappedKeys(configured.map(AesGcmEncryption::new));
  }

  /** By what secrets are encrypted; empty on a node that has no key. */
  Optional<Encryption> ofSecrets() {
    return Optional.ofNullable(encryption);
  }

  /**
   * Reads the key that is kept, or makes it. With keys that are configured it goes on decrypting.
   *
   * @throws IOException if it cannot be read; the message says what to do
   */
  void start() throws IOException {
    Optional<EncryptionKeys> own = isAlone ? own() : Optional.empty();
    Optional<EncryptionKeys> keys =
        configured.map(chosen -> own.map(chosen::and).orElse(chosen)).or(() -> own);
    encryption = keys.map(AesGcmEncryption::new).orElse(null);
    if (keys.isEmpty()) {
      LOG.info("This node takes no secrets: it has neither encryption.key-file nor -variable");
    } else {
      LOG.info("Secrets are encrypted key={} isConfigured={}", keys.get(), configured.isPresent());
    }
  }

  /** Says that some of what is kept cannot be decrypted here. */
  void warnOf(List<String> unknownKeys) {
    if (!unknownKeys.isEmpty()) {
      LOG.warn(
          "Some secrets cannot be given to functions: they are under keys that this node does not"
              + " have. Put these back among its keys, after the first, or set the secrets anew"
              + " keys={}",
          unknownKeys);
    }
  }

  private Optional<EncryptionKeys> own() throws IOException {
    if (!Files.exists(kept)) {
      if (configured.isPresent()) {
        return Optional.empty();
      }
      make();
    }
    OwnerOnly.file(kept);
    try {
      return Optional.of(EncryptionKeys.parse(Files.readString(kept)));
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "The file %s %s. Put it back from a backup: secrets are encrypted by what it held. Without one, move it away and set all secrets anew."
              .formatted(kept, e.getMessage()));
    }
  }

  /** Whole or not at all: whoever finds the file finds a key in it. */
  private void make() throws IOException {
    Path unfinished = kept.resolveSibling(kept.getFileName() + "." + UUID.randomUUID());
    OwnerOnly.file(unfinished);
    try {
      Files.writeString(unfinished, EncryptionKeys.made());
      Files.move(unfinished, kept, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
    LOG.info("Made a key for secrets, of which no backup of the database has a copy file={}", kept);
  }
}
