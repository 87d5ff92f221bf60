package dev.leat.registry.module;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Bytes of modules in memory, stored at a clock's times. */
final class HeldBlobs implements BlobStore {
  private final TreeMap<String, Held> held = new TreeMap<>();
  private final InstantSource clock;

  HeldBlobs(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public void put(ModuleDigest digest, byte[] bytes) {
    DigestCheck.require(digest, bytes);
    held.put(digest.toString(), new Held(bytes, new StoredModule(digest, clock.instant())));
  }

  @Override
  public Optional<byte[]> load(ModuleDigest digest) {
    return Optional.ofNullable(held.get(digest.toString()))
        .map(it -> DigestCheck.checked(digest, it.bytes()));
  }

  @Override
  public void delete(ModuleDigest digest) {
    held.remove(digest.toString());
  }

  @Override
  public List<StoredModule> stored(Optional<ModuleDigest> after, int most) {
    return held.tailMap(after.map(ModuleDigest::toString).orElse(""), false).values().stream()
        .map(Held::module)
        .limit(most)
        .toList();
  }

  private record Held(byte[] bytes, StoredModule module) {}
}
