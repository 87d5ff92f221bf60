package dev.leat.audit;

import dev.leat.contract.Page;
import dev.leat.contract.TenantId;
import dev.leat.store.StoreFailure;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where audit records are kept. The other rooms' stores write into it, each change with its entry.
 * Laws:
 *
 * <ol>
 *   <li>{@code append} keeps an entry for ever, as it is.
 *   <li>{@code seal} gives entries that have none their places in the one chain, oldest first,
 *       whatever number of nodes does so at once: {@code seq} from 1 without gaps, each record's
 *       {@code previous} the hash before it. It says how many it gave one.
 *   <li>{@code list} gives exactly the sealed records that the filter lets through, the newest
 *       first. Following {@code next} meets each record that was there at the start exactly once.
 *   <li>{@code from} gives the sealed records from {@code seq} on, in the chain's order.
 *   <li>{@code head} is the last sealed record's place: 0 and {@link AuditChain#GENESIS} before the
 *       first.
 *   <li>{@code keep} keeps a checkpoint; the first of a {@code seq} stays. {@code checkpoints}
 *       gives them from {@code seq} on, {@code last} the newest.
 * </ol>
 *
 * Every method blocks and throws {@link StoreFailure} when the store is broken.
 */
public interface AuditStore {
  /** The cursor before the first page. */
  long START = Long.MAX_VALUE;

  void append(AuditEntry entry);

  /**
   * @param most how many at once, which bounds how long others wait
   */
  int seal(int most);

  Page<AuditRecord> list(Filter filter, int limit, long cursor);

  List<AuditRecord> from(long seq, int most);

  Head head();

  void keep(Checkpoint checkpoint);

  List<Checkpoint> checkpoints(long seq, int most);

  Optional<Checkpoint> last();

  /** The end of the chain. */
  record Head(long seq, String hash) {}

  /**
   * Which records are meant; what is empty lets all through.
   *
   * @param action the whole word, or its part before the dot
   * @param since the first instant; {@code until} the first one no more
   */
  record Filter(
      Optional<TenantId> tenant,
      Optional<String> actor,
      Optional<String> action,
      Optional<String> resource,
      Optional<Boolean> allowed,
      Optional<Instant> since,
      Optional<Instant> until) {
    public static final Filter ALL =
        new Filter(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /** All of a tenant's. */
    public static Filter of(TenantId tenant) {
      return ALL.in(Optional.of(tenant));
    }

    /** The same, of this tenant. */
    public Filter in(Optional<TenantId> whose) {
      return new Filter(whose, actor, action, resource, allowed, since, until);
    }
  }
}
