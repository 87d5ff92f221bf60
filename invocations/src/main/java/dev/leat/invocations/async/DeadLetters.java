package dev.leat.invocations.async;

import dev.leat.contract.Answer;
import dev.leat.contract.Excerpt;
import dev.leat.contract.FunctionRef;
import dev.leat.contract.HttpCall;
import dev.leat.contract.Page;
import dev.leat.contract.ProblemCode;
import dev.leat.contract.TenantId;
import dev.leat.contract.VersionRef;
import dev.leat.invocations.async.AsyncFunctions.AsyncFunction;
import dev.leat.invocations.async.DeadLetterStore.Filter;
import dev.leat.invocations.async.DeadLetterStore.Redrive;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What developers do with invocations that were given up. Blocks on the store. */
public final class DeadLetters {
  /** Of an input's body, what is shown. */
  public static final int SHOWN_BYTES_MAX = AsyncStore.INLINE_BYTES_MAX;

  /** Redriven or purged by one request: whoever has more asks again, and can stop. */
  public static final int AT_ONCE_MAX = 500;

  private final DeadLetterStore store;
  private final AsyncFunctions functions;
  private final Runnable queued;

  /**
   * @param queued called when some were queued again; must not block
   */
  public DeadLetters(DeadLetterStore store, AsyncFunctions functions, Runnable queued) {
    this.store = store;
    this.functions = functions;
    this.queued = queued;
  }

  public Page<DeadLetter> list(TenantId tenant, Filter filter, int limit, Optional<String> cursor) {
    return store.list(tenant, filter, Page.limit(limit), cursor);
  }

  public Optional<DeadLetter> find(TenantId tenant, String id) {
    return store.find(tenant, id);
  }

  /** What it was called with; with an empty body if that is too long to be shown. */
  public Optional<HttpCall> input(TenantId tenant, String id) {
    return store.input(tenant, id);
  }

  /**
   * Queues some again, the newest first.
   *
   * @param ids which; empty for those that fit
   * @param to the version or alias that is to run; empty for that of each
   * @param isDryRun whether only to say how many it would be
   */
  public Answer<Progress> redrive(
      TenantId tenant, List<String> ids, Filter filter, Optional<String> to, boolean isDryRun) {
    List<DeadLetter> found = chosen(tenant, ids, filter);
    List<Redrive> redrives = new ArrayList<>();
    for (DeadLetter letter : found) {
      Optional<AsyncFunction> target = target(letter, to);
      if (target.isEmpty()) {
        return unknown(letter.version(), to);
      }
      redrives.add(
          new Redrive(letter.id(), target.get().version().ref(), target.get().policy().maxAge()));
    }
    if (isDryRun) {
      return Answer.done(new Progress(found.size(), left(tenant, ids, filter) - found.size()));
    }
    int count = store.redrive(tenant, redrives);
    if (count > 0) {
      queued.run();
    }
    return Answer.done(new Progress(count, left(tenant, ids, filter)));
  }

  private Optional<AsyncFunction> target(DeadLetter letter, Optional<String> to) {
    return to.isPresent()
        ? functions.find(letter.version().function(), to.get())
        : functions.find(letter.version());
  }

  private static <T> Answer<T> unknown(VersionRef version, Optional<String> to) {
    FunctionRef function = version.function();
    return Answer.refused(
        ProblemCode.FUNCTION_NOT_FOUND,
        to.isPresent()
            ? "Function '%s' has no version or alias '%s' that may run."
                .formatted(function, Excerpt.of(to.get()))
            : "Version v%d of function '%s' is not there any more. Name another to run: --to v%d."
                .formatted(version.number(), function, version.number() + 1));
  }

  /** Removes some, the newest first. */
  public Progress purge(TenantId tenant, List<String> ids, Filter filter, boolean isDryRun) {
    List<DeadLetter> found = chosen(tenant, ids, filter);
    if (isDryRun) {
      return new Progress(found.size(), left(tenant, ids, filter) - found.size());
    }
    int count = store.purge(tenant, found.stream().map(DeadLetter::id).toList());
    return new Progress(count, left(tenant, ids, filter));
  }

  private List<DeadLetter> chosen(TenantId tenant, List<String> ids, Filter filter) {
    return ids.isEmpty()
        ? store.list(tenant, filter, AT_ONCE_MAX, Optional.empty()).items()
        : ids.stream().map(id -> store.find(tenant, id)).flatMap(Optional::stream).toList();
  }

  private long left(TenantId tenant, List<String> ids, Filter filter) {
    return ids.isEmpty() ? store.count(tenant, filter) : 0;
  }

  /**
   * @param done how many it was done to, or would be
   * @param left how many fit that it was not done to yet
   */
  public record Progress(long done, long left) {}
}
