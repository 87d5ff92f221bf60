package dev.leat.worker.capability.secret;

import dev.leat.contract.TenantId;
import java.util.Optional;

/** Where the values of secrets are read. */
@FunctionalInterface
public interface SecretSource {
  /**
   * A secret's value. Blocks.
   *
   * @throws dev.leat.store.StoreFailure if it cannot be read now
   * @throws dev.leat.store.encryption.Undecryptable if it cannot be decrypted here
   */
  Optional<byte[]> value(TenantId tenant, String name);
}
