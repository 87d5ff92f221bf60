package dev.leat.registry.function;

import dev.leat.contract.Allowance;
import dev.leat.contract.Finding;
import dev.leat.contract.Grant;
import dev.leat.contract.Limits;
import dev.leat.contract.TenantId;
import dev.leat.documents.Quantities;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** Whether a manifest asks for no more than its tenant may have. */
final class AllowedManifest {
  /** What a tenant needs whose callers have something sent. */
  private static final String HTTP = "http";

  private final TenantId tenant;
  private final Manifest manifest;
  private final List<Finding> findings = new ArrayList<>();

  private AllowedManifest(TenantId tenant, Manifest manifest) {
    this.tenant = tenant;
    this.manifest = manifest;
  }

  /** Where it asks for more, all at once; empty if nowhere. */
  static List<Finding> findings(TenantId tenant, Manifest manifest, Allowance allowance) {
    AllowedManifest check = new AllowedManifest(tenant, manifest);
    Limits needs = manifest.limits();
    Limits allows = allowance.limits();
    check.atMost("limits.fuel", "fuel-max", needs.fuel(), allows.fuel(), Long::toString);
    check.atMost(
        "limits.memory",
        "memory-max-mb",
        needs.memoryBytes(),
        allows.memoryBytes(),
        Quantities::size);
    check.atMost(
        "limits.timeout",
        "timeout-max-ms",
        needs.timeout().toMillis(),
        allows.timeout().toMillis(),
        millis -> Quantities.duration(Duration.ofMillis(millis)));
    check.atMost(
        "limits.request",
        "request-max-kb",
        needs.requestBytes(),
        allows.requestBytes(),
        Quantities::size);
    check.atMost(
        "limits.response",
        "response-max-kb",
        needs.responseBytes(),
        allows.responseBytes(),
        Quantities::size);
    check.atMost(
        "instances.max",
        "instances-max",
        manifest.instances().max(),
        allowance.instances(),
        Long::toString);
    manifest.grants().all().stream()
        .map(Grant::word)
        .filter(word -> !allowance.grants().contains(word))
        .forEach(check::notGranted);
    if (!manifest.async().callbacks().isEmpty() && !allowance.grants().contains(HTTP)) {
      check.findings.add(
          new Finding(
              "spec.async.callbacks",
              "Function '%s' has callbacks, but tenant '%s' is not allowed http. Leave them out, or ask an operator for it."
                  .formatted(manifest.name(), tenant)));
    }
    return check.findings;
  }

  private void notGranted(String power) {
    findings.add(
        new Finding(
            "spec.capabilities." + power,
            "Function '%s' asks for %s, which tenant '%s' is not allowed. Leave it out, or ask an operator for it."
                .formatted(manifest.name(), power, tenant)));
  }

  private void atMost(
      String key, String quota, long needs, long allows, LongFunction<String> text) {
    if (needs > allows) {
      findings.add(
          new Finding(
              "spec." + key,
              "Function '%s' needs %s but tenant '%s' allows %s. Lower it, or have the tenant's quota '%s' raised."
                  .formatted(
                      manifest.name(), text.apply(needs), tenant, text.apply(allows), quota)));
    }
  }
}
