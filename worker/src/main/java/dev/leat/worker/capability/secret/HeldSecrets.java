package dev.leat.worker.capability.secret;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.leat.contract.Change;
import dev.leat.contract.TenantId;
import dev.leat.store.ChangeFeed;
import dev.leat.store.encryption.Undecryptable;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets that functions of this node ask for, in memory until they change. While the store is
 * away what is held goes on. Safe for several threads.
 */
public final class HeldSecrets implements ChangeFeed.Subscriber {
  /** A thousand of 16 KB; what is asked for least is read again. */
  static final long BYTES_MAX = 16 << 20;

  /** Of an entry, beside its value: name, tenant, and the map's own. */
  private static final int ENTRY_BYTES = 256;

  private static final Logger LOG = LoggerFactory.getLogger(HeldSecrets.class);

  private final SecretSource source;
  private final Cache<Name, Held> held =
      Caffeine.newBuilder()
          .maximumWeight(BYTES_MAX)
          .<Name, Held>weigher((name, secret) -> ENTRY_BYTES + secret.bytes())
          .executor(Runnable::run)
          .build();

  /** How often any was changed, as far as this node knows. */
  private final AtomicLong changes = new AtomicLong();

  public HeldSecrets(SecretSource source) {
    this.source = source;
  }

  /** What is read when it is asked for next. */
  @Override
  public void load() {
    changes.incrementAndGet();
    held.invalidateAll();
  }

  @Override
  public void changed(Change change) {
    switch (change) {
      case Change.SecretChanged(TenantId tenant, String name) -> {
        changes.incrementAndGet();
        held.invalidate(new Name(tenant, name));
      }
      case Change.TenantChanged(TenantId tenant) -> {
        changes.incrementAndGet();
        held.asMap().keySet().removeIf(name -> name.tenant().equals(tenant));
      }
      default -> {} // not a secret's
    }
  }

  /** Differs once any secret was changed. */
  long revision() {
    return changes.get();
  }

  /** The secret, if it is in memory. Never blocks. */
  @Nullable Held find(TenantId tenant, String name) {
    return held.getIfPresent(new Name(tenant, name));
  }

  /**
   * The secret, read from the store. Blocks.
   *
   * @throws dev.leat.store.StoreFailure if it cannot be read now
   */
  Held read(TenantId tenant, String name) {
    long before = changes.get();
    Name key = new Name(tenant, name);
    Held read = fromSource(tenant, name);
    held.put(key, read);
    if (changes.get() != before) {
      held.asMap().remove(key, read); // it may be the one before the change
    }
    return read;
  }

  private Held fromSource(TenantId tenant, String name) {
    try {
      return source.value(tenant, name).map(Held::of).orElseGet(Held::absent);
    } catch (Undecryptable e) {
      // Once: it is held, too.
      LOG.warn("A secret cannot be given to functions cause={}", e.getMessage());
      return Held.unreadable();
    }
  }

  private record Name(TenantId tenant, String name) {}

  /** A secret as it was read; compared by identity. */
  static final class Held {
    private final byte @Nullable [] value;
    private final boolean isReadable;

    private Held(byte @Nullable [] value, boolean isReadable) {
      this.value = value;
      this.isReadable = isReadable;
    }

    static Held of(byte[] value) {
      return new Held(value, true);
    }

    static Held absent() {
      return new Held(null, true);
    }

    static Held unreadable() {
      return new Held(null, false);
    }

    /** Null if there is none, or it cannot be decrypted. Not to be changed. */
    byte @Nullable [] value() {
      return value;
    }

    boolean isReadable() {
      return isReadable;
    }

    int bytes() {
      return value == null ? 0 : value.length;
    }
  }
}
