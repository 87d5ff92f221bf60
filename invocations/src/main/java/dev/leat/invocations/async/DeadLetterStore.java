package dev.leat.invocations.async;

import dev.leat.contract.FunctionName;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.contract.VersionRef;
import dev.leat.store.StoreFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What was given up. Every method blocks and throws {@link StoreFailure} when the store is broken.
 * Laws:
 *
 * <ol>
 *   <li>{@code list} gives exactly the tenant's dead letters that fit, the newest first. Following
 *       {@code next} meets each that stays there once.
 *   <li>{@code redrive} queues those that are named and still there, each once however many ask for
 *       it at the same time: with what they were called with, no attempt used, and the same id.
 *   <li>{@code purge} removes those that are named.
 *   <li>Neither finds another tenant's.
 * </ol>
 */
public interface DeadLetterStore {
  Page<DeadLetter> list(TenantId tenant, Filter filter, int limit, Optional<String> cursor);

  Optional<DeadLetter> find(TenantId tenant, String id);

  /** What it was called with; without its body if that is kept apart from the row. */
  Optional<HttpCall> input(TenantId tenant, String id);

  /** How many there are that fit. */
  long count(TenantId tenant, Filter filter);

  /** Gives how many were queued. */
  int redrive(TenantId tenant, List<Redrive> redrives);

  /** Gives how many were removed. */
  int purge(TenantId tenant, List<String> ids);

  /**
   * @param version that it is to run
   * @param maxAge how long from now an attempt may begin
   */
  record Redrive(String id, VersionRef version, Duration maxAge) {}

  /**
   * Which are asked for.
   *
   * @param ending an ending's word
   * @param since the first instant of their ends; {@code until} the first one no more
   */
  record Filter(
      Optional<FunctionName> function,
      Optional<String> ending,
      Optional<Instant> since,
      Optional<Instant> until) {}
}
