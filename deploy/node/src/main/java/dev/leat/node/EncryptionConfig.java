package dev.leat.node;

import dev.leat.contract.Setting;
import dev.leat.store.encryption.EncryptionKeys;
import java.util.Optional;

/**
 * By which keys secrets, and the platform's own keys, are encrypted in the database. Every node of
 * a cluster has the same.
 *
 * @param keyFile what the file holds; empty for none
 * @param keyVariable a variable of the environment that holds them; empty for none
 */
public record EncryptionConfig(
    @Setting(
            key = "key-file",
            doc =
                "holds keys that secrets and the platform's own keys are encrypted by, a line each:"
                    + " 32 bytes in base64. The first encrypts, all decrypt. The same on every"
                    + " node",
            standard = "a node alone keeps one in its data directory, for secrets",
            form = "name a file that can be read; does it exist?")
        Secret keyFile,
    @Setting(
            key = "key-variable",
            doc = "the same in a variable of the environment, whose name this is",
            standard = "not used",
            form = "be the name of a variable",
            pattern = "|[A-Za-z_][A-Za-z0-9_]{0,99}")
        String keyVariable) {
  public static final EncryptionConfig NONE = new EncryptionConfig(new Secret(""), "");

  public EncryptionConfig {
    if (!keyFile.value().isEmpty() && !keyVariable.isEmpty()) {
      throw new IllegalArgumentException("key-file and key-variable are both set; set one");
    }
    var unused = keys(keyFile, keyVariable); // so that a mistake is told with all others
  }

  /** The keys; empty where none are configured. */
  Optional<EncryptionKeys> keys() {
    return keys(keyFile, keyVariable);
  }

  private static Optional<EncryptionKeys> keys(Secret file, String variable) {
    if (!variable.isEmpty()) {
      String value = System.getenv(variable);
      if (value == null) {
        throw new IllegalArgumentException(
            "key-variable names %s, which the environment does not have".formatted(variable));
      }
      return Optional.of(parsed("key-variable", value));
    }
    return file.value().isEmpty()
        ? Optional.empty()
        : Optional.of(parsed("key-file", file.value()));
  }

  private static EncryptionKeys parsed(String key, String text) {
    try {
      return EncryptionKeys.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + " " + e.getMessage());
    }
  }
}
