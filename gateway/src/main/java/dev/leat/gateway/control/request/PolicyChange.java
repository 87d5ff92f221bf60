package dev.leat.gateway.control.request;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.registry.trust.OnRevoke;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant shall take for a good module; null for as before.
 *
 * @param trustedPublishers tenants, or {@code *} alone for the default
 */
public record PolicyChange(
    @JsonProperty("require-signature") @Nullable Boolean requireSignature,
    @JsonProperty("trusted-publishers") @Nullable List<String> trustedPublishers,
    @JsonProperty("on-revoke") @Nullable String onRevoke) {
  private static final String DEFAULT = "*";

  public Optional<Boolean> signature() {
    return Optional.ofNullable(requireSignature);
  }

  public Optional<OnRevoke> revocation() {
    return Optional.ofNullable(onRevoke).flatMap(OnRevoke::ofWord);
  }

  /** Who is trusted from now on; empty for as before, in it for the default. */
  public Answer<Optional<Optional<Set<TenantId>>>> publishers() {
    if (trustedPublishers == null) {
      return Answer.done(Optional.empty());
    }
    if (trustedPublishers.equals(List.of(DEFAULT))) {
      return Answer.done(Optional.of(Optional.empty()));
    }
    return trustedPublishers.stream()
        .filter(name -> !TenantId.isValid(name))
        .findFirst()
        .<Answer<Optional<Optional<Set<TenantId>>>>>map(name ->
            Answer.refused(
                ProblemCode.INVALID_REQUEST,
                "trusted-publishers must be names of tenants, or '*' alone; '%s' is none."
                    .formatted(Excerpt.of(name))))
        .orElseGet(() ->
            Answer.done(
                Optional.of(
                    Optional.of(
                        trustedPublishers.stream()
                            .map(TenantId::new)
                            .collect(Collectors.toUnmodifiableSet())))));
  }
}
