package dev.leat.tenants.secret;

import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;

/**
 * Where secrets are kept, as ciphertext. Laws:
 *
 * <ol>
 *   <li>{@code set} makes version 1, or the one after that which is there, and keeps what {@code
 *       sealed} gives for it. Of several at once each gets a number of its own.
 *   <li>{@code set} changes nothing where {@code follows} says no to the version that is there (0
 *       if none is), the tenant is not, or there would be more than there is room for. What does
 *       not grow is let through.
 *   <li>{@code find} and {@code list} give what was set last, and nothing that was deleted.
 *   <li>{@code set} and {@code delete} are announced and recorded together with what they change,
 *       and nothing of the value is in either.
 *   <li>{@code replace} changes the ciphertext and its key alone, and only where they are those
 *       that were found; it is not announced.
 *   <li>With its tenant a secret is gone.
 * </ol>
 *
 * <p>The methods block and throw {@link StoreFailure} when the store is broken.
 */
public interface SecretStore {
  Written set(Setting setting);

  /** Whether there was one. */
  boolean delete(TenantId tenant, String name);

  Optional<Sealed> find(TenantId tenant, String name);

  Optional<TenantSecret> show(TenantId tenant, String name);

  /**
   * By name.
   *
   * @param after the name after which the list goes on, "" for all
   */
  List<TenantSecret> list(TenantId tenant, String after, int most);

  Use use(TenantId tenant);

  /** Which of these are not there. */
  List<String> missing(TenantId tenant, List<String> names);

  /** The keys that secrets are under. */
  List<String> keys();

  /**
   * Some that are under this key, by tenant and name.
   *
   * @param after the last of those before; empty from the first on
   */
  List<Sealed> under(String key, Optional<Sealed> after, int most);

  /** Whether the ciphertext was still there, and is the other now. */
  boolean replace(Sealed found, byte[] content);

  /**
   * A value to be set.
   *
   * @param bytes of the value
   * @param follows whether it may come after this version, 0 for none
   * @param sealed the ciphertext of the value as this version
   */
  record Setting(
      TenantId tenant,
      String name,
      int bytes,
      String by,
      Instant at,
      LongPredicate follows,
      LongFunction<byte[]> sealed,
      Use room) {}

  /** How many secrets, and how many bytes of values. */
  record Use(long entries, long bytes) {}

  /** A version as it is kept. */
  record Sealed(TenantId tenant, String name, long version, byte[] content) {
    /** Without the content. */
    @Override
    public String toString() {
      return "Sealed[" + tenant + "/" + name + "/" + version + "]";
    }
  }

  /** What became of a value. */
  sealed interface Written {
    record Done(TenantSecret secret) implements Written {}

    /** Another version is there, 0 for none. */
    record NotNext(long version) implements Written {}

    record NoSuchTenant() implements Written {}

    /** More than there is room for: there are so many now. */
    record Full(Use use) implements Written {}
  }
}
