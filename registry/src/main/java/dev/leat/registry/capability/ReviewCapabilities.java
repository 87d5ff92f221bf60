package dev.leat.registry.capability;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.leat.contract.Answer;
import dev.leat.contract.FunctionName;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.TenantId;
import dev.leat.documents.StrictJson;
import dev.leat.registry.function.DeployedVersion;
import dev.leat.registry.function.FunctionCatalog;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

/**
 * Tells what a function has asked of the host lately, and what its manifest could do without. Safe
 * for several threads; blocks.
 */
public final class ReviewCapabilities {
  private final UsesLog log;
  private final UsesStore store;
  private final FunctionCatalog functions;
  private final InstantSource clock;

  /**
   * @param log of this node, whose last seconds are written before anything is told
   */
  public ReviewCapabilities(
      UsesLog log, UsesStore store, FunctionCatalog functions, InstantSource clock) {
    this.log = log;
    this.store = store;
    this.functions = functions;
    this.clock = clock;
  }

  /**
   * What came of it.
   *
   * @param version the one that most of the traffic goes to, whose manifest is looked at
   * @param since the first day (UTC) that counts
   * @param suggested {@code spec.capabilities} with no more than was used since then
   * @param unused what could be left out of it, such as {@code http} or {@code
   *     database.allow[read:orders]}
   */
  public record Review(
      FunctionRef function,
      DeployedVersion version,
      LocalDate since,
      Map<Asked, Uses.Count> used,
      ObjectNode suggested,
      List<String> unused) {}

  /**
   * @param days how many days count, today included: 1 to {@link UsesStore#DAYS_KEPT}
   */
  public Answer<Review> review(TenantId tenant, FunctionName name, int days) {
    return functions
        .whole(tenant, name)
        .map(function -> {
          log.write(function.ref());
          LocalDate since =
              LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).minusDays(days - 1L);
          Uses uses = store.since(function.ref(), since);
          Narrowed narrowed =
              Narrowed.of(
                  StrictJson.tree(function.leading().manifest()).path("spec").path("capabilities"),
                  uses);
          return new Review(
              function.ref(),
              function.leading(),
              since,
              uses.counts(),
              narrowed.capabilities(),
              narrowed.unused());
        });
  }
}
