package dev.leat.tenants;

import static dev.leat.tenants.Access.Right.ADMINISTER_TENANT;
import static dev.leat.tenants.Access.Right.DEVELOP;
import static dev.leat.tenants.Access.Right.INVOKE;
import static dev.leat.tenants.Access.Right.READ;
import static java.util.stream.Collectors.joining;

import dev.leat.contract.TenantId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The one table of rights: which role may do what, and where. */
public final class Access {
  private static final Set<Right> OPERATOR = EnumSet.allOf(Right.class);
  private static final Set<Right> TENANT_ADMIN =
      EnumSet.of(ADMINISTER_TENANT, DEVELOP, READ, INVOKE);
  private static final Set<Right> DEVELOPER = EnumSet.of(DEVELOP, READ, INVOKE);
  private static final Set<Right> INVOKER = EnumSet.of(INVOKE);

  private Access() {}

  /** Whether {@code principal} may do this in {@code tenant}. */
  public static Decision decide(Principal principal, Right right, TenantId tenant) {
    if (principal.tenant().isPresent() && !principal.tenant().get().equals(tenant)) {
      return Decision.HIDDEN;
    }
    return holds(principal, right) ? Decision.ALLOWED : Decision.FORBIDDEN;
  }

  /** Whether {@code principal} may do this to the platform as a whole: only operators may. */
  public static Decision decide(Principal principal, Right right) {
    return principal.tenant().isEmpty() && holds(principal, right)
        ? Decision.ALLOWED
        : Decision.FORBIDDEN;
  }

  /** The roles that give this right, the least powerful first. */
  public static List<Role> rolesWith(Right right) {
    return Stream.of(Role.values())
        .filter(role -> rights(role).contains(right))
        .toList()
        .reversed();
  }

  /** Why {@code principal} may not do this, and who may: the detail of a 403. */
  public static String forbidden(Principal principal, Right right) {
    List<String> roles = rolesWith(right).stream().map(Role::word).toList();
    String any =
        roles.size() == 1
            ? roles.getFirst()
            : String.join(", ", roles.subList(0, roles.size() - 1)) + " or " + roles.getLast();
    return "This needs the role %s; the token has %s. Use a token with that role."
        .formatted(any, principal.roles().stream().map(Role::word).sorted().collect(joining(", ")));
  }

  private static boolean holds(Principal principal, Right right) {
    for (Role role : principal.roles()) {
      if (rights(role).contains(right)) {
        return true;
      }
    }
    return false;
  }

  private static Set<Right> rights(Role role) {
    return switch (role) {
      case OPERATOR -> OPERATOR;
      case TENANT_ADMIN -> TENANT_ADMIN;
      case DEVELOPER -> DEVELOPER;
      case INVOKER -> INVOKER;
    };
  }

  /** What can be allowed. */
  public enum Right {
    /** Create, list and delete tenants; set their quotas. */
    ADMINISTER_PLATFORM,
    /** Issue and revoke a tenant's tokens. */
    ADMINISTER_TENANT,
    /** Register keys, publish, deploy and delete. */
    DEVELOP,
    /** See what a tenant has and how it runs. */
    READ,
    /** Call functions. */
    INVOKE
  }

  /** The answers. */
  public enum Decision {
    ALLOWED,
    /** It is another tenant's, whose things do not exist for this principal: answer 404. */
    HIDDEN,
    /** The principal's roles do not allow it: answer 403. */
    FORBIDDEN
  }
}
