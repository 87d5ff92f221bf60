package dev.leat.contract.permission;

import dev.leat.contract.Grants;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one version of a function may ask of the host: what its manifest grants, its function's
 * permissions allow, and its tenant may grant. A table that does not change; safe for several
 * threads. A resource that is named in full is found at once, patterns are tried one by one: at
 * most those of one type of the function's {@link FunctionPermissions} and of the manifest.
 */
public final class Permits {
  /** What allows nothing at all. */
  public static final Permits NOTHING = new Permits(Map.of(), null, Set.of());

  private final Map<PermissionType, Rule> manifest;
  private final @Nullable FunctionPermissions function;
  private final Set<String> powers;

  private Permits(
      Map<PermissionType, Rule> manifest,
      @Nullable FunctionPermissions function,
      Set<String> powers) {
    this.manifest = manifest;
    this.function = function;
    this.powers = powers;
  }

  /**
   * The decisions for a version.
   *
   * @param manifest what its manifest grants
   * @param function what its function may; empty for whatever the manifest grants
   * @param powers the words of the powers that its tenant may grant
   */
  public static Permits of(
      Grants manifest, Optional<FunctionPermissions> function, Set<String> powers) {
    return new Permits(Rule.byType(Permission.of(manifest)), function.orElse(null), powers);
  }

  /** The same manifest under other permissions; itself if they are those that it was made of. */
  public Permits under(Optional<FunctionPermissions> now, Set<String> may) {
    FunctionPermissions changed = now.orElse(null);
    return isUnder(changed, may) ? this : new Permits(manifest, changed, may);
  }

  /** Whether the other, which is of the same version, decides the same. */
  public boolean isLike(Permits other) {
    return this == other || isUnder(other.function, other.powers);
  }

  private boolean isUnder(@Nullable FunctionPermissions now, Set<String> may) {
    return Objects.equals(now, function) && may.equals(powers);
  }

  /**
   * Whether such a request is allowed.
   *
   * @param resource what it is about: for HTTP a URL, else a name in full
   */
  public Decision decide(PermissionType type, String resource) {
    if (!type.isHttp()) {
      return decide(type, rule -> rule.matches(resource));
    }
    Optional<HttpTarget> target = HttpTarget.of(resource);
    return target.isEmpty() ? Decision.NO_RESOURCE : decide(type, target.get());
  }

  /** The same for an HTTP request whose URL was read already. */
  public Decision decide(PermissionType type, HttpTarget target) {
    return decide(type, rule -> rule.matches(target));
  }

  private Decision decide(PermissionType type, Asked asked) {
    Rule granted = manifest.get(type);
    if (granted == null || !asked.of(granted)) {
      return Decision.NOT_IN_MANIFEST;
    }
    if (!powers.contains(type.power())) {
      return Decision.NOT_OF_TENANT;
    }
    if (function == null) {
      return Decision.ALLOWED;
    }
    Rule permitted = function.rule(type);
    return permitted != null && asked.of(permitted) ? Decision.ALLOWED : Decision.NOT_PERMITTED;
  }

  public boolean allows(PermissionType type, String resource) {
    return decide(type, resource) == Decision.ALLOWED;
  }

  /** Whether anything of the type may be allowed. */
  public boolean allowsSome(PermissionType type) {
    return decide(type, rule -> true) == Decision.ALLOWED;
  }

  /** Whether every resource of the type is allowed. */
  public boolean allowsAll(PermissionType type) {
    return decide(type, Rule::isEverything) == Decision.ALLOWED;
  }

  @FunctionalInterface
  private interface Asked {
    boolean of(Rule rule);
  }

  /** What becomes of a request, by the first that does not allow it. */
  public enum Decision {
    ALLOWED,
    NO_RESOURCE,
    NOT_IN_MANIFEST,
    NOT_OF_TENANT,
    NOT_PERMITTED
  }

  /** The resources of one type. */
  record Rule(boolean isEverything, Set<String> names, ResourcePattern[] patterns) {
    static Map<PermissionType, Rule> byType(List<Permission> permissions) {
      Map<PermissionType, Rule> rules = new EnumMap<>(PermissionType.class);
      for (PermissionType type : PermissionType.values()) {
        List<ResourcePattern> patterns =
            permissions.stream()
                .filter(permission -> permission.type() == type)
                .map(Permission::pattern)
                .toList();
        if (!patterns.isEmpty()) {
          rules.put(type, of(patterns));
        }
      }
      return rules;
    }

    private static Rule of(List<ResourcePattern> patterns) {
      Set<String> names = new HashSet<>();
      for (ResourcePattern pattern : patterns) {
        if (pattern instanceof ResourcePattern.Named(Glob glob) && glob.isLiteral()) {
          names.add(glob.toString());
        }
      }
      return new Rule(
          patterns.stream().anyMatch(ResourcePattern.Everything.class::isInstance),
          Set.copyOf(names),
          patterns.stream()
              .filter(pattern ->
                  !(pattern instanceof ResourcePattern.Named(Glob glob) && glob.isLiteral()))
              .toArray(ResourcePattern[]::new));
    }

    boolean matches(String resource) {
      if (isEverything || names.contains(resource)) {
        return true;
      }
      for (ResourcePattern pattern : patterns) {
        if (pattern.matches(resource)) {
          return true;
        }
      }
      return false;
    }

    boolean matches(HttpTarget target) {
      if (isEverything) {
        return true;
      }
      for (ResourcePattern pattern : patterns) {
        if (pattern.matches(target)) {
          return true;
        }
      }
      return false;
    }
  }
}
