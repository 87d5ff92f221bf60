package dev.leat.engine;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import java.util.List;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Where compiled modules are kept, so that each is compiled once and loaded ever after. Safe for
 * several threads; blocks.
 *
 * <ol>
 *   <li>{@link #load} gives exactly the bytes that were saved last under both keys, or nothing.
 *   <li>A {@link #save} that fails midway leaves what was there before.
 *   <li>{@link #delete} removes what was saved of the module, whatever the format.
 *   <li>{@link #stored} gives modules of which something was saved, in the order of their digests:
 *       those behind {@code after}, {@code most} at the most, none only if there are no more.
 *   <li>Whoever can write here cannot run code: the engine checks a MAC before it defines a class.
 * </ol>
 */
public interface ClassStore {
  /**
   * What was saved.
   *
   * @param format names the compiler and the pass that made the classes; another format is another
   *     entry
   */
  Optional<byte[]> load(ModuleDigest module, String format);

  void save(ModuleDigest module, String format, byte[] compiled);

  void delete(ModuleDigest module);

  /** Nothing, of one that ends with the process. */
  default List<StoredModule> stored(Optional<ModuleDigest> after, int most) {
    return List.of();
  }

  /** Authenticates what is saved; whoever has it can make an engine run any class. */
  SecretKey key();

  /** A store that keeps nothing: every load compiles. */
  static ClassStore none() {
    return new ClassStore() {
      @Override
      public Optional<byte[]> load(ModuleDigest module, String format) {
        return Optional.empty();
      }

      @Override
      public void save(ModuleDigest module, String format, byte[] compiled) {}

      @Override
      public void delete(ModuleDigest module) {}

      @Override
      public SecretKey key() {
        return new SecretKeySpec(new byte[] {0}, "HmacSHA256");
      }
    };
  }
}
