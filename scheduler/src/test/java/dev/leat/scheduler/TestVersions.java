package dev.leat.scheduler;

import dev.leat.contract.Cancellation;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grants;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Headers;
import dev.leat.contract.HttpCall;
import dev.leat.contract.InstancePolicy;
import dev.leat.contract.Invocation;
import dev.leat.contract.Limits;
import dev.leat.contract.ModuleDigest;
import dev.leat.contract.Origin;
import dev.leat.contract.TenantId;
import java.time.Duration;

/** Versions and invocations of which only the names matter. */
final class TestVersions {
  private TestVersions() {}

  static FunctionVersion version(String function) {
    return version(function, InstancePolicy.DEFAULT);
  }

  static FunctionVersion version(String function, InstancePolicy instances) {
    return new FunctionVersion(
        new FunctionRef(new TenantId("acme"), new FunctionName(function)),
        1,
        new ModuleDigest("0".repeat(64)),
        GuestContract.HANDLER,
        Limits.DEFAULT,
        instances,
        Grants.NONE,
        "{}");
  }

  static Invocation invocation(String id, FunctionVersion version) {
    return invocation(id, version, Duration.ofHours(1));
  }

  static Invocation invocation(String id, FunctionVersion version, Duration time) {
    return new Invocation(
        id,
        version,
        new HttpCall("GET", "", null, Headers.NONE, new byte[0]),
        Origin.ANONYMOUS,
        System.nanoTime() + time.toNanos(),
        null,
        new Cancellation());
  }
}
