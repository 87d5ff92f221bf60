package dev.leat.worker;

import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.TenantId;
import dev.leat.contract.permission.FunctionPermissions;
import dev.leat.contract.permission.Permission;
import dev.leat.contract.permission.PermissionSource;
import dev.leat.contract.permission.PermissionType;
import dev.leat.contract.permission.Permits;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Permissions that a test sets, as a node's registry would. */
final class TestPermissions implements PermissionSource {
  private final Map<FunctionRef, FunctionPermissions> ofFunctions = new ConcurrentHashMap<>();
  private final Map<FunctionVersion, Permits> tables = new ConcurrentHashMap<>();
  private final AtomicLong revision = new AtomicLong();
  private final Map<TenantId, Long> gone = new ConcurrentHashMap<>();
  private volatile Set<String> powers = Grant.WORDS;

  /**
   * @param written as users write them: {@code http:read=https://a.example}
   */
  void set(TestFunction function, String... written) {
    ofFunctions.put(
        function.version().function(),
        new FunctionPermissions(
            Arrays.stream(written)
                .map(it -> it.split("=", 2))
                .map(it ->
                    Permission.of(
                        PermissionType.ofWord(it[0]).orElseThrow(), it.length == 1 ? "*" : it[1]))
                .toList()));
    revision.incrementAndGet();
  }

  void clear(TestFunction function) {
    ofFunctions.remove(function.version().function());
    revision.incrementAndGet();
  }

  /** What tenants may grant from now on. */
  void allow(Set<String> words) {
    powers = words;
    revision.incrementAndGet();
  }

  /** All tables are made anew: there was no room for more. Something changes. */
  void forgetTables() {
    tables.clear();
    revision.incrementAndGet();
  }

  /** The tenant is deleted, and another of its name is there. */
  void replace(TenantId tenant) {
    gone.put(tenant, revision.get() + 1);
    revision.incrementAndGet();
  }

  @Override
  public boolean isGone(TenantId tenant, long since) {
    return gone.getOrDefault(tenant, 0L) > since;
  }

  @Override
  public long revision() {
    return revision.get();
  }

  @Override
  public Permits of(FunctionVersion version) {
    Optional<FunctionPermissions> now = Optional.ofNullable(ofFunctions.get(version.function()));
    return tables.compute(
        version,
        (same, known) ->
            known == null ? Permits.of(version.grants(), now, powers) : known.under(now, powers));
  }
}
