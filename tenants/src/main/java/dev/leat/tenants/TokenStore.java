package dev.leat.tenants;

import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where it is kept which tokens were issued and revoked. An absent tenant stands for the platform,
 * whose tokens are the operators'. Laws:
 *
 * <ol>
 *   <li>{@code add} keeps a token and gives the key that is to sign it, unless its tenant does not
 *       exist or already has {@code max}.
 *   <li>{@code list} gives the tokens of exactly that tenant that expire after {@code now}, newest
 *       first, from after a position on and at most {@code limit}; and nothing if the tenant does
 *       not exist.
 *   <li>{@code revoke} marks the tenant's token of that id for ever and gives it; done again it
 *       gives the same. Another tenant's or an unknown id gives nothing and changes nothing.
 *   <li>{@code revoked} gives each revoked token's id and expiry, also of tenants since deleted;
 *       with an id, the expiry of that one if it is revoked.
 *   <li>{@code forget} removes every trace of the tokens that expire at or before that instant, and
 *       of no others.
 *   <li>A revocation is announced together with it, once.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface TokenStore {
  Added add(Token token, int max);

  Optional<List<Token>> list(
      Optional<TenantId> tenant, Instant now, Optional<TokenPosition> after, int limit);

  Optional<Token> revoke(Optional<TenantId> tenant, String id);

  Map<String, Instant> revoked();

  Optional<Instant> revoked(String id);

  void forget(Instant expired);

  /** What became of a token that was added. */
  sealed interface Added {
    /**
     * It is kept.
     *
     * @param signedBy the id of the key that signs tokens
     */
    record Kept(String signedBy) implements Added {}

    /** Its tenant does not exist. */
    record NoSuchTenant() implements Added {}

    /** Its tenant has as many as it may. */
    record Full() implements Added {}
  }
}
