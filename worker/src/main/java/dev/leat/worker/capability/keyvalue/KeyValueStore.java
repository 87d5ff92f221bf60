package dev.leat.worker.capability.keyvalue;

import dev.leat.contract.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Values that functions keep between invocations, on whichever node these run. Laws:
 *
 * <ol>
 *   <li>A value is found under its tenant, namespace and key alone, until it expires. One that has
 *       expired is as one that was never set.
 *   <li>{@code set} puts a value in the place of what is there. {@code delete} and {@code expire}
 *       change what is there, and say {@code ABSENT} if nothing is.
 *   <li>{@code increment} adds to a whole number of 64 bits, written in decimal: digits of ASCII, a
 *       sign before them or not, {@value #DIGITS_MAX} characters at the most; what is absent is 0.
 *       Of several at once none is lost. It leaves the expiry of what was there. What is no such
 *       number, or would leave the range, is {@code INVALID} and stays.
 *   <li>{@code compareAndSet} sets the value if what is there equals what is expected, else says
 *       {@code CONFLICT}. Of several at once that expect the same, and set another, one succeeds.
 *   <li>{@code list} gives the keys that begin with the prefix, in the order of their bytes.
 *   <li>Nothing is added that would give the tenant more keys, or more bytes of keys and values,
 *       than there is room for: that is {@code FULL}, and changes nothing. What does not grow is
 *       let through, be there room or not. What has expired counts until it is collected.
 *   <li>{@code collect} removes what has expired, so much at the most, and gives how much that was;
 *       {@code forget} likewise what a tenant has.
 *   <li>{@code use} is what is there.
 * </ol>
 *
 * Every method blocks and throws {@link dev.leat.store.StoreFailure} when the store is broken. Safe
 * for several threads.
 */
public interface KeyValueStore {
  /** Of a number to which is added: those of {@link Long#MIN_VALUE}. */
  int DIGITS_MAX = 20;

  Optional<byte[]> get(Key key, Instant now);

  /** Whether {@code get} finds one, without reading it. */
  boolean exists(Key key, Instant now);

  Written set(Key key, byte[] value, Instant expiresAt, Instant now, Room room);

  Written delete(Key key, Instant now);

  Written expire(Key key, Instant expiresAt, Instant now);

  Incremented increment(Key key, long delta, Instant expiresAt, Instant now, Room room);

  /**
   * @param expected empty: nothing may be there
   */
  Written compareAndSet(
      Key key, Optional<byte[]> expected, byte[] value, Instant expiresAt, Instant now, Room room);

  List<String> list(TenantId tenant, String namespace, String prefix, int limit, Instant now);

  Use use(TenantId tenant);

  int collect(Instant now, int most);

  int forget(TenantId tenant, int most);

  /**
   * Under what a value is kept.
   *
   * @param text well-formed: a text and its UTF-8 stand for each other
   */
  record Key(TenantId tenant, String namespace, String text) {
    /** What it is ordered by. */
    public byte[] bytes() {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }

  /** How a change ended. */
  enum Written {
    DONE,
    /** Nothing is there to change. */
    ABSENT,
    /** Something else is there than was expected. */
    CONFLICT,
    /** What is there is no number, or the sum would be none. */
    INVALID,
    /** The tenant has no room for it. */
    FULL
  }

  /**
   * The sum of what a value says and this; empty if that is no number of law 3, or out of range.
   */
  static OptionalLong sum(byte[] value, long delta) {
    if (value.length > DIGITS_MAX) {
      return OptionalLong.empty();
    }
    try {
      // Bytes that are no ASCII become what is no digit.
      long number = Long.parseLong(new String(value, StandardCharsets.US_ASCII));
      return OptionalLong.of(Math.addExact(number, delta));
    } catch (NumberFormatException | ArithmeticException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * How an addition ended.
   *
   * @param value the sum; 0 unless it is {@code DONE}
   */
  record Incremented(Written how, long value) {}

  /** How much a tenant may keep: keys, and bytes of keys and values together. */
  record Room(long keys, long bytes) {}

  /** How much a tenant keeps. */
  record Use(long keys, long bytes) {}
}
