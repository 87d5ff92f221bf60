package dev.leat.contract.permission;

import dev.leat.contract.permission.Permits.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a function may ask of the host at the most, whichever its version: what none of these allows
 * is denied, whatever the manifest grants.
 */
public final class FunctionPermissions {
  /**
   * Permissions of one function. Each pattern takes some 2 KB at the most, so a function has 200 KB
   * and a tenant's thousand 200 MB if every one is of the worst kind; a usual one takes 300 bytes.
   */
  public static final int COUNT_MAX = 100;

  private final List<Permission> all;
  private final Map<PermissionType, Rule> rules;

  /**
   * @param all in any order
   */
  public FunctionPermissions(List<Permission> all) {
    if (all.size() > COUNT_MAX) {
      throw new IllegalArgumentException(
          "A function has at most " + COUNT_MAX + " permissions, were " + all.size());
    }
    List<Permission> sorted = new ArrayList<>(all);
    sorted.sort(Comparator.comparing(Permission::type).thenComparing(Permission::resource));
    this.all = List.copyOf(sorted);
    this.rules = Rule.byType(all);
  }

  /** By type, then by resource. */
  public List<Permission> all() {
    return all;
  }

  @Nullable Rule rule(PermissionType type) {
    return rules.get(type);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FunctionPermissions that && all.equals(that.all);
  }

  @Override
  public int hashCode() {
    return all.hashCode();
  }

  /** As users write them. */
  @Override
  public String toString() {
    return all.toString();
  }
}
