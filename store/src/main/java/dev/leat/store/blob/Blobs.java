package dev.leat.store.blob;

import dev.leat.store.StoreFailure;
import java.util.Optional;

/**
 * Bytes by name, where they are cheaper than in rows. Laws:
 *
 * <ol>
 *   <li>When {@code put} returns, the bytes outlive a crash. Nobody ever meets a part of them.
 *   <li>{@code load} gives what was put last by the name, or nothing if there is nothing.
 *   <li>{@code delete} removes it, and does nothing if there is nothing.
 * </ol>
 *
 * Names are of 3 to 64 lower-case letters and digits, chosen by the platform. Every method blocks
 * and throws {@link StoreFailure} when the store is broken. Safe for several threads.
 */
public interface Blobs {
  /** Where they are, in at most 600 characters: another place has others. */
  String place();

  void put(String name, byte[] bytes);

  /**
   * The bytes that have this name, or nothing.
   *
   * @param bytesMax of them; of more none are given, an empty array
   */
  Optional<byte[]> load(String name, int bytesMax);

  void delete(String name);
}
