package dev.leat.registry.module;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import dev.leat.engine.ModuleTampered;
import dev.leat.store.StoreFailure;
import java.util.List;
import java.util.Optional;

/**
 * Where modules' bytes are kept, by their digest, once for all tenants. Laws:
 *
 * <ol>
 *   <li>When {@code put} returns, the bytes outlive a crash. Nobody ever meets a part of them.
 *   <li>{@code load} gives exactly the bytes that were put, or nothing if there are none.
 *   <li>Stored bytes that do not have their digest any more are never given: {@code load} throws
 *       {@link ModuleTampered}.
 *   <li>{@code put} refuses bytes of another digest; put again, it mends an altered copy.
 *   <li>{@code holds} is whether {@code load} would give the bytes.
 *   <li>{@code delete} removes the bytes, and does nothing if there are none.
 *   <li>{@code stored} gives what is kept, altered or not, in the order of the digests: those
 *       behind {@code after}, {@code most} at the most, none only if there are no more. Whoever
 *       goes on behind the last meets each that is there throughout exactly once.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface BlobStore {
  void put(ModuleDigest digest, byte[] bytes);

  Optional<byte[]> load(ModuleDigest digest);

  default boolean holds(ModuleDigest digest) {
    try {
      return load(digest).isPresent();
    } catch (ModuleTampered e) {
      return false;
    }
  }

  void delete(ModuleDigest digest);

  List<StoredModule> stored(Optional<ModuleDigest> after, int most);
}
