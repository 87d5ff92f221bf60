package dev.leat.gateway.control.request;

import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.registry.module.Audience;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who may find and install a module from now on.
 *
 * @param visibility {@code private}, {@code shared-with} or {@code public}
 * @param sharedWith tenants, with {@code shared-with} alone
 */
public record VisibilityChange(String visibility, @Nullable List<String> sharedWith) {
  public Answer<Audience> audience() {
    List<String> tenants = sharedWith == null ? List.of() : sharedWith;
    boolean isShared = visibility.equals("shared-with");
    if (isShared == tenants.isEmpty() || tenants.size() > Audience.TENANTS_MAX) {
      return refused(
          "sharedWith must be 1-%d tenants where visibility is shared-with, and none else; were %d."
              .formatted(Audience.TENANTS_MAX, tenants.size()));
    }
    Optional<String> bad = tenants.stream().filter(name -> !TenantId.isValid(name)).findFirst();
    if (bad.isPresent()) {
      return refused(
          "sharedWith must be names of tenants; '%s' is none.".formatted(Excerpt.of(bad.get())));
    }
    if (isShared) {
      return Answer.done(
          new Audience.Named(
              tenants.stream().map(TenantId::new).collect(Collectors.toUnmodifiableSet())));
    }
    return Answer.done(
        visibility.equals("public") ? new Audience.Everybody() : new Audience.Nobody());
  }

  private static Answer<Audience> refused(String detail) {
    return Answer.refused(ProblemCode.INVALID_REQUEST, detail);
  }
}
