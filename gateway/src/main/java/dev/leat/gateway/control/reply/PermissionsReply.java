package dev.leat.gateway.control.reply;

import dev.leat.contract.permission.Permission;
import dev.leat.contract.permission.PermissionType;
import dev.leat.registry.permission.PermissionSet;
import dev.leat.registry.permission.PermitFunction.Standing;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a function may ask of the host.
 *
 * @param permissions null where none are set: it may whatever its manifest grants
 * @param manifest what the manifest grants
 * @param powers what its tenant may grant
 * @param denied what the manifest grants in vain
 */
public record PermissionsReply(
    String function,
    @Nullable List<Item> permissions,
    List<Item> manifest,
    List<String> powers,
    List<String> denied,
    @Nullable String changedAt,
    @Nullable String changedBy) {
  /** A permission: a type, and the resources that it is for. */
  public record Item(String type, String resource) {
    static Item of(Permission permission) {
      return new Item(permission.type().word(), permission.resource());
    }
  }

  public static PermissionsReply of(Standing standing) {
    Optional<PermissionSet> set = standing.set();
    return new PermissionsReply(
        standing.function().name().value(),
        set.map(kept -> items(kept.permissions().all())).orElse(null),
        items(standing.manifest()),
        standing.powers().stream().sorted().toList(),
        standing.denied().stream().map(PermissionType::word).toList(),
        set.map(kept -> kept.changedAt().toString()).orElse(null),
        set.map(PermissionSet::changedBy).orElse(null));
  }

  private static List<Item> items(List<Permission> permissions) {
    return permissions.stream().map(Item::of).toList();
  }
}
