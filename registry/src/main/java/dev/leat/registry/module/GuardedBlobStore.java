package dev.leat.registry.module;

import dev.leat.contract.ModuleDigest;
import dev.leat.contract.StoredModule;
import dev.leat.engine.ModuleTampered;
import java.util.List;
import java.util.Optional;

/** A store whose altered bytes raise the alarm, whoever meets them. */
public final class GuardedBlobStore implements BlobStore {
  private final BlobStore store;
  private final TamperAlarm alarm;

  public GuardedBlobStore(BlobStore store, TamperAlarm alarm) {
    this.store = store;
    this.alarm = alarm;
  }

  @Override
  public void put(ModuleDigest digest, byte[] bytes) {
    store.put(digest, bytes);
    alarm.whole(digest, ModuleTampered.Part.BYTES);
  }

  @Override
  public Optional<byte[]> load(ModuleDigest digest) {
    try {
      return store.load(digest);
    } catch (ModuleTampered e) {
      alarm.found(e);
      throw e;
    }
  }

  @Override
  public void delete(ModuleDigest digest) {
    store.delete(digest);
  }

  @Override
  public List<StoredModule> stored(Optional<ModuleDigest> after, int most) {
    return store.stored(after, most);
  }
}
