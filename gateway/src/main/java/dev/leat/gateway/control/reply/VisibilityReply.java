package dev.leat.gateway.control.reply;

import dev.leat.contract.TenantId;
import dev.leat.registry.module.Audience;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may find and install a module; {@code sharedWith} only where it is shared. */
public record VisibilityReply(String visibility, @Nullable List<String> sharedWith) {
  public static VisibilityReply of(Audience audience) {
    return new VisibilityReply(
        audience.word(),
        audience instanceof Audience.Named(Set<TenantId> tenants)
            ? tenants.stream().map(TenantId::value).sorted().toList()
            : null);
  }
}
