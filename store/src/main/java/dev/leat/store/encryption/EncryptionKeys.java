package dev.leat.store.encryption;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256 keys: the first encrypts, all decrypt. Each is named by the beginning of a hash of it,
 * which says nothing of 256 random bits.
 */
public final class EncryptionKeys {
  /** As many as a rotation needs, and some that were left over. */
  static final int COUNT_MAX = 16;

  private static final int KEY_BYTES = 32;
  private static final byte[] NAMING = "leat encryption key\0".getBytes(StandardCharsets.US_ASCII);

  private final List<Key> all;

  private EncryptionKeys(List<Key> all) {
    this.all = List.copyOf(all);
  }

  /**
   * Reads keys, a line each: base64 of 32 bytes. Lines that begin with {@code #}, and empty ones,
   * are left out; a space or a comma ends a line too, for variables of an environment.
   *
   * @throws IllegalArgumentException if they are none; says what must be, and nothing of a key
   */
  public static EncryptionKeys parse(String text) {
    Map<String, Key> keys = new LinkedHashMap<>();
    int line = 0;
    for (String each : (Iterable<String>) lines(text)::iterator) {
      line++;
      Key key = Key.of(decoded(each, line));
      keys.putIfAbsent(key.id(), key);
    }
    if (keys.isEmpty() || keys.size() > COUNT_MAX) {
      throw new IllegalArgumentException(
          "must hold 1-%d keys, a line each, held %d".formatted(COUNT_MAX, keys.size()));
    }
    return new EncryptionKeys(List.copyOf(keys.values()));
  }

  private static Stream<String> lines(String text) {
    return text.lines()
        .map(String::strip)
        .filter(line -> !line.startsWith("#"))
        .flatMap(line -> Arrays.stream(line.split("[\\s,]+")))
        .filter(word -> !word.isEmpty());
  }

  private static byte[] decoded(String text, int line) {
    byte[] key;
    try {
      key = Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      key = new byte[0]; // the cause would have something of the key
    }
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException(
          "must hold keys of %d bytes in base64, such as openssl rand -base64 %d makes; key %d is none"
              .formatted(KEY_BYTES, KEY_BYTES, line));
    }
    return key;
  }

  /** A new key as text, with a line that says what it is. */
  public static String made() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return "# Encrypts the secrets of this node's database: keep a copy elsewhere.\n"
        + Base64.getEncoder().encodeToString(key)
        + "\n";
  }

  /** These, and others that decrypt only. */
  public EncryptionKeys and(EncryptionKeys others) {
    Map<String, Key> keys = new LinkedHashMap<>();
    Stream.concat(all.stream(), others.all.stream())
        .forEach(key -> keys.putIfAbsent(key.id(), key));
    return new EncryptionKeys(new ArrayList<>(keys.values()));
  }

  Key first() {
    return all.getFirst();
  }

  List<Key> all() {
    return all;
  }

  /** Without the keys. */
  @Override
  public String toString() {
    return "EncryptionKeys" + all;
  }

  /**
   * @param id 16 hexadecimal digits
   */
  record Key(String id, byte[] idBytes, SecretKey key) {
    static Key of(byte[] secret) {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(NAMING);
        byte[] id = Arrays.copyOf(digest.digest(secret), Ciphertext.KEY_ID_BYTES);
        return new Key(HexFormat.of().formatHex(id), id, new SecretKeySpec(secret, "AES"));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("This JVM has no SHA-256", e);
      }
    }

    /** Without the key. */
    @Override
    public String toString() {
      return id;
    }
  }
}
