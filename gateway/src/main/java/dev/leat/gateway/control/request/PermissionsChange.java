package dev.leat.gateway.control.request;

import dev.leat.contract.permission.Permission;
import dev.leat.registry.permission.PermitFunction.Asked;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a function may ask of the host from now on. */
public record PermissionsChange(List<Item> permissions) {
  public List<Asked> asked() {
    return permissions.stream().map(Item::asked).toList();
  }

  /**
   * A permission.
   *
   * @param resource null for all
   */
  public record Item(String type, @Nullable String resource) {
    Asked asked() {
      return new Asked(type, resource == null ? Permission.EVERYTHING : resource);
    }
  }
}
