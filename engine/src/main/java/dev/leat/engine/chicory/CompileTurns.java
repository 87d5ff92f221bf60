package dev.leat.engine.chicory;

import dev.leat.contract.TenantId;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who waits to be compiled, and whose turn it is: that of the tenant for whom the fewest are
 * compiled at this moment, and among those of the one that came, or was served last, longest ago.
 * So a tenant that comes with one module waits for one compilation of each other tenant at the
 * most, however many modules that has sent. Not safe for several threads: whoever owns it holds a
 * lock.
 *
 * @param <J> what waits, compared by identity
 */
final class CompileTurns<J> {
  /**
   * Modules of one tenant that may wait. Each holds its bytes, up to 32 MiB, which whoever sent
   * them has reserved, and its caller, who waits as long as one compilation may take: of more than
   * a few the last would give up before its turn.
   */
  static final int WAITING_PER_TENANT = 16;

  /** In the order in which they came, which decides between those that came at the same time. */
  private final Map<TenantId, Line<J>> lines = new LinkedHashMap<>();

  /** Goes on by two for each that begins; the odd number is after all who come until the next. */
  private long clock;

  /** Lets it wait; false when the tenant has as many waiting as it may. */
  boolean add(TenantId tenant, J job) {
    Line<J> line = lines.computeIfAbsent(tenant, first -> new Line<>(clock));
    return line.waiting.size() < WAITING_PER_TENANT && line.waiting.add(job);
  }

  /** The one whose turn it is, which goes on waiting; null if nobody waits. */
  @Nullable J peek() {
    Line<J> next = next();
    return next == null ? null : next.waiting.peek();
  }

  /** The one that {@link #peek} gave begins. */
  void begin() {
    Line<J> line = next();
    if (line == null) {
      throw new IllegalStateException("Nobody waits");
    }
    line.waiting.remove();
    line.running++;
    clock += 2;
    line.since = clock + 1;
  }

  /** One that began has ended. */
  void ended(TenantId tenant) {
    Line<J> line = lines.get(tenant);
    if (line == null || line.running == 0) {
      throw new IllegalStateException("Nothing of " + tenant + " is being compiled");
    }
    line.running--;
    forgetIfOver(tenant, line);
  }

  /** Takes it out of those that wait; false when it is not among them. */
  boolean withdraw(TenantId tenant, J job) {
    Line<J> line = lines.get(tenant);
    if (line == null || !line.waiting.remove(job)) {
      return false;
    }
    forgetIfOver(tenant, line);
    return true;
  }

  int waiting() {
    return lines.values().stream().mapToInt(line -> line.waiting.size()).sum();
  }

  /** Looks at each tenant that has something here: as many as publish within seconds. */
  private @Nullable Line<J> next() {
    Line<J> best = null;
    for (Line<J> line : lines.values()) {
      if (!line.waiting.isEmpty() && (best == null || line.isBefore(best))) {
        best = line;
      }
    }
    return best;
  }

  private void forgetIfOver(TenantId tenant, Line<J> line) {
    if (line.running == 0 && line.waiting.isEmpty()) {
      lines.remove(tenant);
    }
  }

  /** One tenant's. */
  private static final class Line<J> {
    private final ArrayDeque<J> waiting = new ArrayDeque<>();
    private int running;

    /** When it came, or was served last. */
    private long since;

    Line(long since) {
      this.since = since;
    }

    boolean isBefore(Line<J> other) {
      return running != other.running ? running < other.running : since < other.since;
    }
  }
}
