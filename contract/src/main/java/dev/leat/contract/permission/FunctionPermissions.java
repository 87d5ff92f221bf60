package dev.leat.contract.permission;

import dev.leat.contract.permission.Permits.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a function may ask of the host at the most, whichever its version: what none of these allows
 * is denied, whatever the manifest grants.
 */
public final class FunctionPermissions {
  /** Permissions of one function. */
  public static final int COUNT_MAX = 100;

  /**
   * What the patterns of one function may take in each node's memory: 100 of 2.5 KB, where a usual
   * one takes 300 bytes to 2 KB; so a tenant's thousand functions take 256 MB at the most. A single
   * one of 256 different characters takes 17 KB.
   */
  public static final int BYTES_MAX = 256 << 10;

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
    if (bytes(all) > BYTES_MAX) {
      throw new IllegalArgumentException(
          "The patterns of a function take at most %d bytes of memory, were %d"
              .formatted(BYTES_MAX, bytes(all)));
    }
    List<Permission> sorted = new ArrayList<>(all);
    sorted.sort(Comparator.comparing(Permission::type).thenComparing(Permission::resource));
    this.all = List.copyOf(sorted);
    this.rules = Rule.byType(all);
  }

  /** About how many bytes of memory these take. */
  public static int bytes(Collection<Permission> all) {
    return all.stream().mapToInt(permission -> permission.pattern().bytes()).sum();
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
