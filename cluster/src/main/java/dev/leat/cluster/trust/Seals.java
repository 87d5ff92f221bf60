package dev.leat.cluster.trust;

import dev.leat.cluster.Member;
import dev.leat.cluster.Members;
import dev.leat.cluster.NodeIdentity;
import dev.leat.contract.MemberState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals messages between nodes that go where strangers listen and speak: AES-256-GCM by a key that
 * is derived from the authority's for each start of a node. So a message can be read, and can have
 * been written, only by who has the database.
 *
 * <p>A sealed message is its head, which says who speaks, and the message's ciphertext with its
 * tag:
 *
 * <pre>
 *  1  format
 * 16  salt, random for each process
 *  8  number of the message, which is the nonce too
 *  8  incarnation
 *  1  length of the node's name, and the name
 * </pre>
 */
public final class Seals {
  /** What a sealed message is longer at the most. */
  static final int OVERHEAD = 1 + 16 + 8 + 8 + 1 + 63 + 16;

  private static final byte FORMAT = 1;
  private static final int SALT_BYTES = 16;
  private static final int TAG_BITS = 128;
  private static final int NONCE_BYTES = 12;
  private static final int HEAD_MIN = 1 + SALT_BYTES + 8 + 8 + 1;
  private static final String CIPHER = "AES/GCM/NoPadding";

  private final ClusterAuthority authority;
  private final Members members;
  private final byte[] salt = new byte[SALT_BYTES];

  // Sealing, and opening, each with a lock of its own.
  private final Object sealing = new Object();
  private final Object opening = new Object();
  private @Nullable Key own;
  private long number;

  /** Of each node the key of its last message; only of those in the directory. */
  private final Map<String, Key> others = new HashMap<>();

  public Seals(ClusterAuthority authority, Members members) {
    this.authority = authority;
    this.members = members;
    new SecureRandom().nextBytes(salt);
  }

  /** A message of another node. */
  public record Opened(String node, long incarnation, byte[] message) {}

  private record Head(String node, long incarnation, byte[] salt, long number, byte[] bytes) {}

  /** The key of a start of a node, and the number of the last message that was opened with it. */
  private static final class Key {
    final long incarnation;
    final byte[] salt;
    final SecretKey secret;
    long lastNumber;

    Key(long incarnation, byte[] salt, SecretKey secret) {
      this.incarnation = incarnation;
      this.salt = salt;
      this.secret = secret;
    }

    boolean isOf(Head head) {
      return incarnation == head.incarnation && Arrays.equals(salt, head.salt);
    }
  }

  /** Seals a message of this node, which has claimed its name. */
  public byte[] seal(byte[] message) {
    Member self = members.self();
    synchronized (sealing) {
      number++;
      Head head = head(self.name(), self.incarnation(), salt, number);
      Key key = own;
      if (key == null || !key.isOf(head)) {
        key = derive(head);
        own = key;
      }
      try {
        byte[] hidden = cipher(Cipher.ENCRYPT_MODE, key, head).doFinal(message);
        return ByteBuffer.allocate(head.bytes.length + hidden.length)
            .put(head.bytes)
            .put(hidden)
            .array();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("Sealing a message", e);
      }
    }
  }

  /**
   * Opens what another node has sealed.
   *
   * @return empty if it is a stranger's, was changed, is of a node that is not there, or of this
   *     one, or not newer than the last of its node
   */
  public Optional<Opened> open(byte[] sealed) {
    return read(sealed).filter(this::isMember).flatMap(head -> open(head, sealed));
  }

  private static Optional<Head> read(byte[] sealed) {
    if (sealed.length < HEAD_MIN || sealed[0] != FORMAT) {
      return Optional.empty();
    }
    int end = HEAD_MIN + Byte.toUnsignedInt(sealed[HEAD_MIN - 1]);
    if (sealed.length < end) {
      return Optional.empty();
    }
    String node = new String(sealed, HEAD_MIN, end - HEAD_MIN, StandardCharsets.US_ASCII);
    ByteBuffer numbers = ByteBuffer.wrap(sealed, 1 + SALT_BYTES, 8 + 8);
    long number = numbers.getLong();
    return NodeIdentity.isName(node)
        ? Optional.of(
            new Head(
                node,
                numbers.getLong(),
                Arrays.copyOfRange(sealed, 1, 1 + SALT_BYTES),
                number,
                Arrays.copyOf(sealed, end)))
        : Optional.empty();
  }

  private boolean isMember(Head head) {
    return !head.node.equals(members.self().name())
        && members.all().stream()
            .anyMatch(member ->
                member.name().equals(head.node)
                    && member.incarnation() == head.incarnation
                    && member.state() != MemberState.LOST);
  }

  private Optional<Opened> open(Head head, byte[] sealed) {
    synchronized (opening) {
      Key before = others.get(head.node);
      Key key = before != null && before.isOf(head) ? before : derive(head);
      if (head.number <= key.lastNumber) {
        return Optional.empty();
      }
      byte[] message;
      try {
        message =
            cipher(Cipher.DECRYPT_MODE, key, head)
                .doFinal(sealed, head.bytes.length, sealed.length - head.bytes.length);
      } catch (GeneralSecurityException e) {
        return Optional.empty();
      }
      key.lastNumber = head.number;
      if (before == null) {
        forgetOthersThan(head.node);
      }
      others.put(head.node, key);
      return Optional.of(new Opened(head.node, head.incarnation, message));
    }
  }

  /** Those who are not in the directory any more. */
  private void forgetOthersThan(String speaking) {
    others
        .keySet()
        .removeIf(node ->
            !node.equals(speaking)
                && members.all().stream().noneMatch(member -> member.name().equals(node)));
  }

  private static Head head(String node, long incarnation, byte[] salt, long number) {
    byte[] name = node.getBytes(StandardCharsets.US_ASCII);
    byte[] bytes =
        ByteBuffer.allocate(HEAD_MIN + name.length)
            .put(FORMAT)
            .put(salt)
            .putLong(number)
            .putLong(incarnation)
            .put((byte) name.length)
            .put(name)
            .array();
    return new Head(node, incarnation, salt, number, bytes);
  }

  private Key derive(Head head) {
    byte[] name = head.node.getBytes(StandardCharsets.US_ASCII);
    byte[] purpose =
        ByteBuffer.allocate(1 + SALT_BYTES + 8 + name.length)
            .put(FORMAT)
            .put(head.salt)
            .putLong(head.incarnation)
            .put(name)
            .array();
    return new Key(head.incarnation, head.salt, authority.secretFor(purpose));
  }

  private static Cipher cipher(int mode, Key key, Head head) throws GeneralSecurityException {
    byte[] nonce = ByteBuffer.allocate(NONCE_BYTES).putInt(0).putLong(head.number).array();
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(mode, key.secret, new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(head.bytes);
    return cipher;
  }
}
