package dev.leat.gateway.control.request;

import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.ProblemCode;
import dev.leat.registry.module.ModuleRef;
import dev.leat.registry.module.OfferStore.Wanted;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A module to install.
 *
 * @param module {@code publisher/name@version}
 * @param digest what it must have; null for whatever it has
 */
public record NewInstallation(String module, @Nullable String digest) {
  public Answer<Wanted> wanted() {
    return ModuleRef.parse(module).orElse(null)
            instanceof ModuleRef.ByName(var publisher, String name, String version)
        ? Answer.done(
            new Wanted(
                publisher, name, version, Optional.ofNullable(digest).map(ModuleDigest::parse)))
        : Answer.refused(
            ProblemCode.INVALID_REQUEST,
            "module must be publisher/name@version, such as acme/mask@1.0.0, was '%s'."
                .formatted(Excerpt.of(module)));
  }
}
