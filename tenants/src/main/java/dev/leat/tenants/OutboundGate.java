package dev.leat.tenants;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.leat.contract.FunctionRef;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Lets functions send requests to servers, as far as their manifests and the quotas of theirs and
 * of their tenants allow. Any thread; never blocks.
 */
public final class OutboundGate {
  /** Of the functions of a node that send something: some 500 bytes each. */
  private static final int FUNCTIONS_MAX = 100_000;

  /** A manifest's rate is by the minute: after one, nothing of it is used any more. */
  private static final Duration UNUSED = Duration.ofMinutes(2);

  private final Meters meters;
  private final QuotaGate quotas;
  private final Cache<FunctionRef, Rate> ofManifests;

  /**
   * @param meters those of the gate
   */
  public OutboundGate(Meters meters, QuotaGate quotas) {
    this.meters = meters;
    this.quotas = quotas;
    this.ofManifests =
        Caffeine.newBuilder()
            .maximumSize(FUNCTIONS_MAX)
            .expireAfterAccess(UNUSED)
            .executor(Runnable::run)
            // As part of the removal: a later one of the name is not ended in its place.
            .evictionListener(
                (@Nullable FunctionRef function, @Nullable Rate rate, RemovalCause cause) -> {
                  if (function != null) {
                    end(function);
                  }
                })
            .build();
  }

  private void end(FunctionRef function) {
    meters.endRate(new QuotaScope.OfFunction(function), RateKind.OUTBOUND_OF_MANIFEST);
  }

  /**
   * Takes one request of what the function and its tenant may send now; false if nothing is left.
   *
   * @param perMinute what the function's manifest says
   */
  public boolean tryTake(FunctionRef function, int perMinute) {
    RateLimit limit = RateLimit.of(perMinute, RateKind.OUTBOUND_OF_MANIFEST.per());
    Rate manifest =
        ofManifests.get(
            function,
            of -> meters.rate(new QuotaScope.OfFunction(of), RateKind.OUTBOUND_OF_MANIFEST, limit));
    manifest.change(limit); // of two versions with traffic, whichever asks
    if (!manifest.tryTake()) {
      return false;
    }
    if (!quotas.tryTakeOutbound(function)) {
      manifest.giveBack();
      return false;
    }
    return true;
  }
}
