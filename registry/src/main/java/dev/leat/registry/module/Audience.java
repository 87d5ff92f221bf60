package dev.leat.registry.module;

import dev.leat.contract.TenantId;
import java.util.Set;

/** Who may find and install a module besides its publisher. */
public sealed interface Audience {
  /** Tenants that can be named: each is a row. */
  int TENANTS_MAX = 100;

  /** As it is typed and sent. */
  String word();

  /** Nobody: a module that was just published. */
  record Nobody() implements Audience {
    @Override
    public String word() {
      return "private";
    }
  }

  /** These tenants, be there such or not: at least one, {@value #TENANTS_MAX} at the most. */
  record Named(Set<TenantId> tenants) implements Audience {
    public Named {
      tenants = Set.copyOf(tenants);
      if (tenants.isEmpty() || tenants.size() > TENANTS_MAX) {
        throw new IllegalArgumentException(
            "tenants must be 1-%d, were %d".formatted(TENANTS_MAX, tenants.size()));
      }
    }

    @Override
    public String word() {
      return "shared-with";
    }
  }

  /** Every tenant. */
  record Everybody() implements Audience {
    @Override
    public String word() {
      return "public";
    }
  }
}
